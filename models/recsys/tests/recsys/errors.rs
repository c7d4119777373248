//! What the configurations refuse.

use burn::tensor::Device;
use pyrarium_recsys::{
    ConfigError, CtrMlpConfig, DinConfig, DinDemoConfig, DtrnConfig, FinalMlpConfig, GatesConfig, HeadConfig,
    HiddenConfig, InputSpec, LogisticRegressionConfig, MmoeConfig, MultiTaskConfig, PleConfig, SequenceSpec,
    SharedGate, TaskInterestConfig,
};

use crate::{histories, pairs};

fn message<T>(result: Result<T, ConfigError>) -> String {
    result.err().unwrap().to_string()
}

#[test]
fn inputs_that_cannot_be() {
    let with = |change: fn(&mut InputSpec)| {
        let mut spec = histories(4, 0);
        change(&mut spec);
        message(DinConfig::new(spec).init(&Device::flex()))
    };
    assert_eq!(
        with(|spec| spec.sequences.clear()),
        "sequences = []: must be at least one sequence of past behaviour"
    );
    assert_eq!(
        with(|spec| spec.sequences[0].fields = vec![0, 2]),
        "sequences.0.fields = 2: must be below the 2 fields"
    );
    assert_eq!(
        with(|spec| spec.sequences[0].fields.clear()),
        "sequences.0.fields = []: must be at least one field"
    );
    assert_eq!(
        with(|spec| spec.sequences[0].length = 0),
        "sequences.0.length = 0: must be between 1 and 1048576"
    );
    let none = LogisticRegressionConfig::new(InputSpec::of_fields(Vec::new()));
    assert_eq!(message(none.init(&Device::flex())), "fields = []: must be at least one field");
}

#[test]
fn click_models_that_cannot_be() {
    let din = || DinConfig::new(histories(4, 0));
    let device = Device::flex();
    assert_eq!(
        message(din().with_embedding_dim(0).init(&device)),
        "embedding_dim = 0: must be between 1 and 65536"
    );
    assert_eq!(
        message(din().with_head(vec![8, 0]).init(&device)),
        "widths = 0: must be between 1 and 1048576"
    );
    let dropout = HiddenConfig::new().with_dropout(-0.1);
    assert_eq!(
        message(din().with_hidden(dropout).init(&device)),
        "dropout = -0.1: must be 0 or more and less than 1"
    );
    let mut two = histories(4, 0);
    two.sequences.push(SequenceSpec { fields: vec![0], length: 4 });
    assert_eq!(
        message(DinDemoConfig::new(two).init(&device)),
        "sequences = 2: must be one sequence of past behaviour"
    );
    assert_eq!(
        message(DinDemoConfig::new(histories(4, 3)).init(&device)),
        "num_numeric = 3: must be 0, since it reads no numbers"
    );

    let final_mlp = || FinalMlpConfig::new(pairs());
    assert_eq!(message(final_mlp().with_mlp2(vec![]).init(&device)), "mlp2 = []: must be at least one width");
    assert_eq!(
        message(final_mlp().with_mlp2(vec![9]).with_heads(2).init(&device)),
        "heads = 2: must be a divisor of both 64 and 9"
    );
    let context = GatesConfig::new().with_context2(vec![1, 4]);
    assert_eq!(
        message(final_mlp().with_gates(Some(context)).init(&device)),
        "context = 4: must be below the 4 fields"
    );
    assert_eq!(
        message(CtrMlpConfig::new(pairs(), vec![]).init(&device)),
        "mlps = []: must be at least one network"
    );
    assert_eq!(
        message(CtrMlpConfig::single(pairs(), vec![]).init(&device)),
        "mlps = [[]]: must be networks of at least one width"
    );
}

#[test]
fn heads_that_cannot_be() {
    let with = |head: HeadConfig| message(MultiTaskConfig::new(pairs(), 2, head).init(&Device::flex()));
    let mmoe = MmoeConfig::new().with_experts(0);
    assert_eq!(with(HeadConfig::Mmoe(mmoe)), "experts = 0: must be between 1 and 1024");
    let ple = || PleConfig::new().with_shared_experts(0);
    assert_eq!(
        with(HeadConfig::Ple(ple().with_specific_experts(0))),
        "shared_experts = 0: must be at least 1 where a task has no expert of its own"
    );
    assert_eq!(
        with(HeadConfig::Ple(ple().with_layers(2).with_shared_gate(SharedGate::SharedOnly))),
        "shared_experts = 0: must be at least 1 where the shared gate mixes shared experts alone"
    );
    assert_eq!(with(HeadConfig::Ple(ple().with_layers(0))), "layers = 0: must be between 1 and 256");
    assert_eq!(
        with(HeadConfig::Mmoe(MmoeConfig::new().with_expert(vec![]))),
        "widths = []: must be at least one width where there is no output layer"
    );
    let none = MultiTaskConfig::shared_bottom(pairs(), 0);
    assert_eq!(message(none.init(&Device::flex())), "tasks = 0: must be between 1 and 1024");
}

#[test]
fn dtrns_that_cannot_be() {
    let dtrn = || DtrnConfig::new(histories(4, 0), 2);
    let device = Device::flex();
    assert_eq!(
        message(DtrnConfig::new(histories(4, 0), 0).init(&device)),
        "tasks = 0: must be between 1 and 1024"
    );
    assert_eq!(
        message(DtrnConfig::new(pairs(), 2).init(&device)),
        "sequences = []: must be at least one for the interest module"
    );
    assert!(DtrnConfig::new(pairs(), 2).with_use_tim(false).init(&device).is_ok());
    let three = TaskInterestConfig::new().with_heads(3);
    assert_eq!(
        message(dtrn().with_tim(three).init(&device)),
        "heads = 3: must be a divisor of 32, the features of an item"
    );
    let none = TaskInterestConfig::new().with_layers(0);
    assert_eq!(message(dtrn().with_tim(none).init(&device)), "layers = 0: must be between 1 and 256");
    assert_eq!(message(dtrn().with_reduction(0).init(&device)), "reduction = 0: must be between 1 and 65536");
    let mut uneven = histories(4, 0);
    uneven.sequences.push(SequenceSpec { fields: vec![0], length: 4 });
    assert_eq!(
        message(DtrnConfig::new(uneven, 2).init(&device)),
        "sequences.fields = 1: must be 2 as in the first sequence, for the interest module"
    );
}
