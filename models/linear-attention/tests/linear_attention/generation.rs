//! Generation through the state is what reading the whole text anew at each token gives.

use burn::tensor::{Device, Int, Tensor, TensorData};
use pyrarium_layers::{LanguageModel, seeded};
use pyrarium_linear_attention::Lm;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{mixers, tiny};

fn model(mixer: usize) -> Lm {
    let config = tiny(mixers().swap_remove(mixer).1);
    seeded::fill_uniform(config.init(&Device::flex()).unwrap(), 1, 0.8)
}

#[test]
fn greedy_text_is_the_likeliest_token_each_time() {
    for mixer in [0, 6, 9, 11, 12, 13] {
        let model = model(mixer);
        let generated: Vec<usize> = model.generate(&[3, 1, 4], 0.0, || 0.5).unwrap().take(12).collect();
        let mut text = vec![3_i64, 1, 4];
        for token in generated {
            let data = TensorData::new(text.clone(), [1, text.len()]);
            let scores = model.logits(Tensor::<2, Int>::from_data(data, &Device::flex()));
            let last: Vec<f32> = scores.narrow(1, text.len() - 1, 1).into_data().iter::<f32>().collect();
            let best = (0..last.len()).max_by(|&a, &b| last[a].total_cmp(&last[b])).unwrap();
            assert_eq!(token, best, "mixer {mixer} after {text:?}");
            text.push(token as i64);
        }
    }
}

#[test]
fn drawn_text_is_a_function_of_the_numbers() {
    let model = model(0);
    let draw = |seed| -> Vec<usize> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        model.generate(&[5], 1.0, move || rng.random()).unwrap().take(30).collect()
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}

#[test]
fn prompts_and_temperatures_that_cannot_be() {
    let model = model(0);
    let message = |prompt: &[usize], temperature| match model.generate(prompt, temperature, || 0.0) {
        Ok(_) => panic!("accepted"),
        Err(error) => error.to_string(),
    };
    assert_eq!(message(&[], 0.0), "prompt = no tokens: must be of at least one token");
    assert_eq!(message(&[3, 11], 0.0), "prompt = 11: must be of tokens below 11");
    assert_eq!(message(&[3], -1.0), "temperature = -1: must be 0 or above");
    assert_eq!(message(&[3], f64::NAN), "temperature = NaN: must be 0 or above");
}
