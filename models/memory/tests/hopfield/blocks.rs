//! Retrieval in blocks against the whole matrix of associations, outputs and gradients.

use burn::tensor::{Device, Tensor};
use pyrarium_layers::hopfield::dynamics;
use pyrarium_memory::hopfield::update_in_blocks;

use crate::{distance, memory, patterns, random};

#[test]
fn blocks_give_what_the_whole_matrix_gives() {
    let device = Device::flex();
    for count in [1, 2, 7, 64, 100] {
        for beta in [0.1, 1.0, 30.0] {
            let stored = patterns(count, 9, 3.0, 1, &device);
            let states = random([5, 9], 2, &device);
            let whole = dynamics::update(states.clone(), stored.clone(), beta);
            for block in [1, 2, 3, 8, 63, 64, 65, 1000] {
                let found = update_in_blocks(states.clone(), stored.clone(), beta, block);
                // Measured: at most 1e-6.
                assert!(
                    distance(found, whole.clone()) < 1e-5,
                    "{count} patterns, beta {beta}, blocks of {block}"
                );
            }
        }
    }
}

#[test]
fn blocks_give_the_same_gradients() {
    let device = Device::flex().autodiff();
    let gradients = |block: Option<usize>| {
        let stored = patterns(23, 6, 2.0, 1, &device).detach().require_grad();
        let states = random([4, 6], 2, &device).require_grad();
        let y = match block {
            Some(block) => update_in_blocks(states.clone(), stored.clone(), 1.3, block),
            None => dynamics::update(states.clone(), stored.clone(), 1.3),
        };
        let gradients = (y * random([4, 6], 3, &device)).sum().backward();
        (stored.grad(&gradients).unwrap(), states.grad(&gradients).unwrap())
    };
    let (stored, states) = gradients(None);
    for block in [1, 5, 23, 100] {
        let (by_blocks, states_by_blocks) = gradients(Some(block));
        assert!(distance(by_blocks, stored.clone()) < 1e-5, "blocks of {block}");
        assert!(distance(states_by_blocks, states.clone()) < 1e-5, "blocks of {block}");
    }
}

#[test]
fn scores_that_would_overflow_do_not() {
    let device = Device::flex();
    let stored = Tensor::<2>::from_data([[1.0, 0.0], [100.0, 0.0], [-100.0, 1.0]], &device);
    // Scores of 1,000 to 100,000: their exponentials are infinite in 32 bits.
    let state = Tensor::<2>::from_data([[1000.0, 0.0]], &device);
    for block in [1, 2, 3] {
        let found = update_in_blocks(state.clone(), stored.clone(), 1.0, block);
        assert_eq!(distance(found, stored.clone().narrow(0, 1, 1)), 0.0, "blocks of {block}");
    }
}

#[test]
fn a_large_memory_updates_in_blocks_by_itself() {
    let device = Device::flex();
    let memory = memory(9001, 8, 2.0, 1.5, &device);
    let states = random([3, 8], 2, &device);
    assert!(distance(memory.update(states.clone()), memory.update_naive(states)) < 1e-5);
}
