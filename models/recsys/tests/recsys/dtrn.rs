//! DTRN: conditional norms, the start of training, which task's loss reaches what, and what is left without its modules.

use burn::{
    module::{Module, ModuleMapper, Param},
    nn::LayerNormConfig,
    optim::GradientsParams,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{
    seeded,
    testing::{ValuesByPath, gradient_values},
};
use pyrarium_recsys::{
    ClickModel, Dtrn, DtrnConfig, Features, HeadConfig, HyperNormConfig, InputSpec, InterestAttention,
    MmoeConfig, MultiTaskConfig, PleConfig, SequenceSpec, SharedBottomConfig, TaskInterestConfig,
    conditional_layer_norm,
};

use crate::{distance, features, histories};

const TASKS: usize = 2;

/// Items of a category, and two histories of different lengths.
fn spec() -> InputSpec {
    let mut spec = histories(4, 1);
    spec.sequences.push(SequenceSpec { fields: vec![0, 1], length: 3 });
    spec
}

fn heads() -> [HeadConfig; 3] {
    [
        HeadConfig::SharedBottom(SharedBottomConfig::new().with_bottom(vec![6]).with_tower(vec![4])),
        HeadConfig::Mmoe(
            MmoeConfig::new().with_experts(2).with_expert(vec![6]).with_gate(vec![]).with_tower(vec![4]),
        ),
        HeadConfig::Ple(
            PleConfig::new().with_layers(2).with_expert(vec![6]).with_gate(vec![]).with_tower(vec![4]),
        ),
    ]
}

fn config(head: HeadConfig) -> DtrnConfig {
    let tim = TaskInterestConfig::new().with_cond_dim(3).with_hyper_hidden(5).with_unit(vec![4]);
    DtrnConfig::new(spec(), TASKS).with_embedding_dim(2).with_head(head).with_tim(tim)
}

fn filled(config: &DtrnConfig, device: &Device) -> Dtrn {
    seeded::fill_uniform(config.init(device).unwrap(), 1, 0.6)
}

fn random<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    Tensor::from_data(seeded::tensor_data(shape, seed, 1.0), device)
}

#[test]
fn with_scale_one_and_shift_zero_it_is_a_layer_norm() {
    let device = Device::flex();
    let z: Tensor<3> = random([3, 4, 5], 1, &device) * 3.0 + 1.0;
    let normed = conditional_layer_norm(
        z.clone(),
        Tensor::ones([1, 1, 5], &device),
        Tensor::zeros([1, 1, 5], &device),
    );
    let reference = LayerNormConfig::new(5).with_epsilon(1e-5).init(&device).forward(z.clone());
    // Burn sums in another order: the difference is rounding.
    assert!(distance(normed.clone(), reference) < 1e-6);
    let (gamma, beta) = (random([3, 1, 5], 2, &device), random([3, 1, 5], 3, &device));
    let scaled = conditional_layer_norm(z, gamma.clone(), beta.clone());
    assert!(distance(scaled, normed * gamma + beta) < 1e-6);
}

#[test]
fn the_hypernetwork_grows_with_tasks_plus_sequences() {
    let count = |tasks, behaviours| HyperNormConfig::new(tasks, behaviours, 2, 16).num_params().unwrap();
    assert_eq!(count(2, 3), 6352);
    assert_eq!(count(20, 30), 6352 + 45 * 16);
    let device = Device::flex();
    let hyper = HyperNormConfig::new(2, 3, 2, 16).init(&device).unwrap();
    assert_eq!(hyper.num_params(), 6352);
    for (gamma, beta) in hyper.forward(1, 2).unwrap() {
        gamma.into_data().assert_eq(&Tensor::<1>::ones([16], &device).into_data(), true);
        beta.into_data().assert_eq(&Tensor::<1>::zeros([16], &device).into_data(), true);
    }
    let message = |task, behaviour| hyper.forward(task, behaviour).err().unwrap().to_string();
    assert_eq!(message(2, 0), "task = 2: must be below 2");
    assert_eq!(message(0, 3), "behaviour = 3: must be below 3");
}

#[test]
fn one_pair_of_the_hypernetwork_is_that_of_all() {
    let device = Device::flex();
    let hyper = seeded::fill_uniform(HyperNormConfig::new(2, 3, 4, 5).init(&device).unwrap(), 1, 1.0);
    for (norm, (gamma, beta)) in hyper.forward(1, 2).unwrap().into_iter().enumerate() {
        let (all_gamma, all_beta) = hyper.all()[norm].clone();
        assert_eq!(all_gamma.dims(), [2, 3, 1, 5]);
        let one = |x: Tensor<4>| x.narrow(0, 1, 1).narrow(1, 2, 1).flatten::<1>(0, 3);
        assert_eq!(distance(gamma, one(all_gamma)), 0.0);
        assert_eq!(distance(beta, one(all_beta)), 0.0);
    }
}

#[test]
fn at_the_start_all_tasks_have_the_same_interests() {
    let device = Device::flex();
    let config = config(heads()[0].clone());
    let batch = features(&spec(), 0..5, &device);
    // As initialised: embeddings and the hypernetwork's last layer are what the configuration says.
    let model = config.clone().with_init_std(1.0).init(&device).unwrap();
    let interests = model.interests(&batch).unwrap();
    assert_eq!(interests.dims(), [TASKS, 2, 5, 4]);
    let task = |x: &Tensor<4>, index| x.clone().narrow(0, index, 1);
    assert_eq!(distance(task(&interests, 0), task(&interests, 1)), 0.0);
    assert!(interests.abs().max().into_scalar::<f32>() > 1e-3);
    let trained = filled(&config, &device).interests(&batch).unwrap();
    assert!(distance(task(&trained, 0), task(&trained, 1)) > 1e-3);
}

/// Each pair of task and sequence encoded by itself, without any folding.
#[test]
fn folding_tasks_and_sequences_is_encoding_each_alone() {
    let device = Device::flex();
    for layers in [1, 2] {
        let tim = TaskInterestConfig::new().with_layers(layers).with_cond_dim(3).with_hyper_hidden(5);
        for attention in [InterestAttention::Unit, InterestAttention::DotProduct] {
            let config = config(heads()[0].clone()).with_tim(tim.clone().with_attention(attention));
            let model = filled(&config, &device);
            let batch = features(&spec(), 0..5, &device);
            let all = model.interests(&batch).unwrap();
            let tim = model.interest.as_ref().unwrap();
            let candidate = model.input.fields.forward(batch.categorical.clone()).flatten::<2>(1, 2);
            for task in 0..TASKS {
                for kind in 0..2 {
                    let mut alone = tim.clone();
                    alone.hyper.task = alone.hyper.task.map(|x| x.narrow(0, task, 1));
                    alone.hyper.behaviour = alone.hyper.behaviour.map(|x| x.narrow(0, kind, 1));
                    let history = &batch.sequences[kind];
                    let items = model.input.fields.lookup(&[0, 1], history.ids.clone());
                    let one = alone.forward(vec![(items, history.mask.clone())], vec![candidate.clone()]);
                    let part = all.clone().narrow(0, task, 1).narrow(1, kind, 1);
                    assert!(distance(one, part) < 1e-5, "{layers} {attention} {task} {kind}");
                }
            }
        }
    }
}

#[test]
fn padding_changes_nothing_and_an_empty_past_is_zeros() {
    let device = Device::flex();
    let batch = features(&spec(), 0..5, &device);
    let mut other = batch.clone();
    for behaviours in &mut other.sequences {
        let [rows, length, parts] = behaviours.ids.dims();
        let padding = behaviours.mask.clone().equal_elem(0.0).int().unsqueeze_dim::<3>(2);
        behaviours.ids = behaviours.ids.clone() + padding.expand([rows, length, parts]) * 3;
    }
    let mut empty = batch.clone();
    empty.sequences[1].mask = empty.sequences[1].mask.zeros_like();
    for attention in [InterestAttention::Unit, InterestAttention::DotProduct] {
        let tim = TaskInterestConfig::new().with_attention(attention).with_layers(2);
        let model = filled(&config(heads()[0].clone()).with_tim(tim), &device);
        assert!(distance(model.forward(&batch), model.forward(&other)) < 1e-6);
        let interests = model.interests(&empty).unwrap();
        assert_eq!(interests.narrow(1, 1, 1).abs().max().into_scalar::<f32>(), 0.0);
        assert!(model.forward(&empty).into_data().iter::<f32>().all(f32::is_finite));
    }
}

fn gradients(model: &Dtrn, batch: &Features, task: usize) -> ValuesByPath {
    let loss = model.forward(batch).narrow(1, task, 1).square().sum();
    gradient_values(model, &GradientsParams::from_grads(loss.backward(), model)).unwrap()
}

#[test]
fn a_task_s_loss_reaches_its_own_parts_and_the_shared_ones() {
    let device = Device::flex().autodiff();
    let batch = features(&spec(), 0..5, &device);
    let model = filled(&config(heads()[0].clone()), &device);
    for task in 0..TASKS {
        let loss = model.forward(&batch).narrow(1, task, 1).square().sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        let other = &model.refinements[1 - task].mlp.layers[0].linear.weight;
        let reached = gradients.get::<2>(other.id).map_or(0.0, |g| g.abs().max().into_scalar::<f32>());
        assert_eq!(reached, 0.0, "the refinement of the other task");
        let own = &model.refinements[task].mlp.layers[0].linear.weight;
        assert!(gradients.get::<2>(own.id).unwrap().abs().max().into_scalar::<f32>() > 0.0);
        let interest = model.interest.as_ref().unwrap();
        let embeddings = gradients.get::<2>(interest.hyper.task.id).unwrap();
        let of = |row| embeddings.clone().narrow(0, row, 1).abs().max().into_scalar::<f32>();
        assert_eq!(of(1 - task), 0.0, "the embedding of the other task");
        assert!(of(task) > 0.0);
        for shared in [&interest.layers[0].attention.v, &interest.layers[0].up] {
            assert!(gradients.get::<2>(shared.weight.id).unwrap().abs().max().into_scalar::<f32>() > 0.0);
        }
    }
}

/// Sets all parameters to 0.
struct Zeros;

impl ModuleMapper for Zeros {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|tensor| tensor.zeros_like())
    }
}

#[test]
fn without_interests_and_with_weights_of_one_it_is_the_plain_head() {
    let device = Device::flex();
    let batch = features(&spec(), 0..5, &device);
    for head in heads() {
        let mut refined = filled(&config(head.clone()).with_use_tim(false), &device);
        let mut plain =
            MultiTaskConfig::new(spec(), TASKS, head.clone()).with_embedding_dim(2).init(&device).unwrap();
        plain.input = refined.input.clone();
        plain.head = refined.head.clone();
        assert!(distance(refined.forward(&batch), plain.forward(&batch)) > 1e-4);
        refined.refinements = refined.refinements.into_iter().map(|gate| gate.map(&mut Zeros)).collect();
        assert!(distance(refined.forward(&batch), plain.forward(&batch)) < 1e-6);
        for weights in refined.refinement_weights(&batch) {
            assert_eq!((weights - 1.0).abs().max().into_scalar::<f32>(), 0.0);
        }

        let neither = config(head).with_use_tim(false).with_use_trm(false).init(&device).unwrap();
        let neither = Dtrn { input: plain.input.clone(), head: plain.head.clone(), ..neither };
        assert_eq!(distance(neither.forward(&batch), plain.forward(&batch)), 0.0);
    }
}

#[test]
fn the_formula_counts_every_combination_of_modules() {
    let device = Device::flex();
    for head in heads() {
        for (tim, trm) in [(false, false), (true, false), (false, true), (true, true)] {
            let config = config(head.clone()).with_use_tim(tim).with_use_trm(trm);
            assert_eq!(
                config.init(&device).unwrap().num_params(),
                config.num_params().unwrap(),
                "{tim} {trm}"
            );
        }
    }
}

#[test]
fn every_parameter_learns_with_either_module_alone() {
    let device = Device::flex().autodiff();
    let batch = features(&spec(), 0..5, &device);
    for (tim, trm) in [(true, false), (false, true)] {
        let model = filled(
            &config(heads()[0].clone()).with_use_tim(tim).with_use_trm(trm).with_reduction(1),
            &device,
        );
        let loss = model.forward(&batch).square().sum();
        let gradients =
            gradient_values(&model, &GradientsParams::from_grads(loss.backward(), &model)).unwrap();
        for (path, values) in gradients {
            assert!(values.iter().any(|value| *value != 0.0), "{path}");
        }
    }
    // One task alone leaves nothing without a gradient, either.
    let single = DtrnConfig { tasks: 1, ..config(heads()[0].clone()) };
    assert!(!gradients(&filled(&single, &device), &batch, 0).is_empty());
}
