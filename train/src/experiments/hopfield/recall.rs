//! A picture: digits whose lower half was lost, update by update until the memory has found them.

use std::fmt::Write;

use burn::tensor::{Tensor, TensorData};
use pyrarium_memory::hopfield::ModernHopfield;

use crate::Error;
use crate::report::Report;
use crate::run::Run;

/// Digits that are stored.
const STORED: usize = 20;
/// Digits that are drawn.
const DRAWN: usize = 6;
/// Updates that are drawn.
const UPDATES: usize = 5;
const SIDE: usize = 8;
/// Low enough that a digit takes some updates.
const BETA: f64 = 0.3;

/// Draws the picture and adds how many of all stored digits are found.
pub fn draw(run: &Run, report: &mut Report) -> Result<(), Error> {
    let images = pyrarium_datasets::digits::load()?.train;
    let pixels = SIDE * SIDE;
    let centred: Vec<Vec<f64>> =
        (0..STORED.min(images.len())).map(|image| unit(images.image(image))).collect();
    let matrix = |rows: &[Vec<f64>], keep: usize| -> Tensor<2> {
        let values: Vec<f32> = rows
            .iter()
            .flat_map(|row| row.iter().enumerate().map(|(at, &x)| if at < keep { x as f32 } else { 0.0 }))
            .collect();
        Tensor::from_data(TensorData::new(values, [rows.len(), pixels]), &run.device)
    };
    let memory = ModernHopfield::new(matrix(&centred, pixels), BETA)?;
    let damaged = matrix(&centred, pixels / 2);
    let mut columns = vec![memory.patterns(), damaged.clone()];
    for _ in 0..UPDATES {
        columns.push(memory.update(columns[columns.len() - 1].clone()));
    }
    let mut names = vec!["stored".to_string(), "lower half lost".to_string()];
    names.extend((1..=UPDATES).map(|update| format!("update {update}")));
    let columns: Result<Vec<Vec<f32>>, Error> = columns
        .into_iter()
        .map(|column| {
            let data = column.narrow(0, 0, DRAWN).try_into_data();
            Ok(data?.iter::<f32>().collect())
        })
        .collect();
    report.drawings.insert("recall.svg".to_string(), grid(&names, &columns?));

    let (states, _) = memory.retrieve(damaged, 50, 1e-3)?;
    let errors = (states - memory.patterns()).square().sum_dim(1).sqrt();
    // Patterns have norm 8.
    let found = errors.lower_elem(1.0).float().mean().try_into_scalar::<f64>()?;
    report.add(format!("{STORED} digits, lower half lost: found %"), &[100.0 * found]);
    Ok(())
}

/// Pixels with mean 0 and variance 1.
fn unit(image: &[u8]) -> Vec<f64> {
    let count = image.len() as f64;
    let mean = image.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let deviation = (image.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count).sqrt();
    image.iter().map(|&x| (f64::from(x) - mean) / deviation.max(1e-9)).collect()
}

/// One column for each name, one row for each picture, dark where a value is high. Writing to a string cannot fail.
fn grid(names: &[String], columns: &[Vec<f32>]) -> String {
    const PIXEL: usize = 9;
    const GAP: usize = 26;
    const TOP: usize = 34;
    let step = SIDE * PIXEL + GAP;
    let pictures = columns.first().map_or(0, |column| column.len() / (SIDE * SIDE));
    let (width, height) = (names.len() * step + GAP, TOP + pictures * step);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    for (column, (name, values)) in names.iter().zip(columns).enumerate() {
        let left = GAP + column * step;
        let _ = writeln!(svg, "<text x=\"{left}\" y=\"22\" fill=\"#22303c\">{name}</text>");
        for (at, &value) in values.iter().enumerate() {
            let (picture, pixel) = (at / (SIDE * SIDE), at % (SIDE * SIDE));
            let (x, y) = (left + pixel % SIDE * PIXEL, TOP + picture * step + pixel / SIDE * PIXEL);
            let shade = (255.0 * (1.0 - (value + 1.0) / 3.0)).clamp(0.0, 255.0) as u8;
            let _ = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{PIXEL}\" height=\"{PIXEL}\" fill=\"#{shade:02x}{shade:02x}{shade:02x}\"/>"
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_of_every_column_is_drawn() {
        let names = ["a".to_string(), "b".to_string()];
        let svg = grid(&names, &[vec![-1.0; 128], vec![2.0; 128]]);
        assert_eq!(svg.matches("<rect x=").count(), 256);
        assert_eq!((svg.matches("#ffffff\"/>").count(), svg.matches("#000000").count()), (129, 128));
    }

    #[test]
    fn pixels_are_standardised() {
        let pixels = unit(&[0, 16, 0, 16]);
        assert_eq!(pixels, [-1.0, 1.0, -1.0, 1.0]);
        assert!(unit(&[3; 4]).iter().all(|&x| x == 0.0));
    }
}
