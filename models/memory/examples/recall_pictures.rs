//! Stores small pictures, damages them, and prints how the memory finds them again, update by update.
//!
//! Run with `cargo run --package pyrarium-memory --example recall_pictures`.
#![allow(clippy::print_stdout)]

use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_memory::hopfield::ModernHopfield;

/// Three pictures of 5 rows.
const PICTURES: [[&str; 5]; 3] = [
    ["#...#", "#...#", "#####", "#...#", "#...#"],
    ["#####", "#....", "###..", "#....", "#...."],
    [".###.", "#...#", "#...#", "#...#", ".###."],
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex();
    let bits: Vec<f32> = PICTURES
        .iter()
        .flat_map(|rows| rows.iter().flat_map(|row| row.bytes()))
        .map(|byte| if byte == b'#' { 1.0 } else { -1.0 })
        .collect();
    let stored = Tensor::<2>::from_data(TensorData::new(bits, [3, 25]), &device);
    let memory = ModernHopfield::new(stored.clone(), 0.25)?;

    // The lower three rows are lost.
    let known: Vec<f32> = (0..25).map(|at| if at < 10 { 1.0 } else { 0.0 }).collect();
    let mut states = stored * Tensor::<1>::from_data(known.as_slice(), &device).unsqueeze::<2>();
    for step in 0..4 {
        let energies: Vec<f32> = memory.energy(states.clone()).into_data().iter::<f32>().collect();
        println!("after {step} updates, energies {energies:.2?}");
        print(&states);
        states = memory.update(states);
    }
    Ok(())
}

/// The pictures side by side.
fn print(states: &Tensor<2>) {
    let values: Vec<f32> = states.to_data().iter::<f32>().collect();
    let shade = |value: f32| [".", "-", "+", "#"][((value + 1.0) / 2.0 * 3.99).clamp(0.0, 3.0) as usize];
    for row in 0..5 {
        let line: Vec<String> = (0..3)
            .map(|picture| (0..5).map(|column| shade(values[picture * 25 + row * 5 + column])).collect())
            .collect();
        println!("  {}", line.join("   "));
    }
    println!();
}
