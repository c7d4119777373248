//! The activity of a network's layers over the steps of a computation, as a picture.

use std::fmt::Write;

/// The activity of one layer at each step.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerTrace {
    /// The layer's name.
    pub name: String,
    /// The value of each unit, step by step; no values where the layer is silent.
    pub activity: Vec<Vec<f32>>,
}

/// What several layers do, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivationTrace {
    /// What happens at each step.
    pub steps: Vec<String>,
    /// The layers, the first one to be drawn lowest.
    pub layers: Vec<LayerTrace>,
}

/// Side of the square of a unit.
const UNIT: f64 = 6.0;
/// Units side by side.
const COLUMNS: usize = 32;
/// Between the panels, and around everything.
const GAP: f64 = 18.0;
/// Room for the names of the layers.
const NAMES: f64 = 130.0;
/// Room for the names of the steps.
const HEAD: f64 = 34.0;

impl ActivationTrace {
    /// An SVG picture: a column for each step, a panel for each layer, a square for each unit, row by row. Blue is negative, red
    /// is positive; the colours of a layer reach to its largest absolute value, which stands beside its name.
    pub fn to_svg(&self) -> String {
        let panel = COLUMNS as f64 * UNIT;
        let width = NAMES + self.steps.len() as f64 * (panel + GAP) + GAP;
        let heights: Vec<f64> = self.layers.iter().map(LayerTrace::height).collect();
        let height = HEAD + heights.iter().sum::<f64>() + GAP * (heights.len() as f64 + 1.0);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
             height=\"{height:.0}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#22303c\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        );
        for (step, name) in self.steps.iter().enumerate() {
            let x = NAMES + step as f64 * (panel + GAP);
            let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{:.1}\">{}</text>", HEAD - 10.0, escaped(name));
        }
        let mut bottom = height - GAP;
        for (layer, height) in self.layers.iter().zip(heights) {
            let top = bottom - height;
            layer.draw(&mut svg, top);
            bottom = top - GAP;
        }
        svg.push_str("</svg>\n");
        svg
    }
}

impl LayerTrace {
    fn units(&self) -> usize {
        self.activity.iter().map(Vec::len).max().unwrap_or(0)
    }

    fn height(&self) -> f64 {
        self.units().div_ceil(COLUMNS).max(1) as f64 * UNIT
    }

    fn largest(&self) -> f32 {
        let finite = self.activity.iter().flatten().filter(|value| value.is_finite());
        finite.fold(0.0, |largest, value| value.abs().max(largest))
    }

    fn draw(&self, svg: &mut String, top: f64) {
        let largest = self.largest();
        let y = top + 0.5 * self.height();
        let _ = writeln!(svg, "<text x=\"{GAP}\" y=\"{y:.1}\">{}</text>", escaped(&self.name));
        let _ =
            writeln!(svg, "<text x=\"{GAP}\" y=\"{:.1}\" font-size=\"10\">±{largest:.2}</text>", y + 13.0);
        for (step, values) in self.activity.iter().enumerate() {
            let left = NAMES + step as f64 * (COLUMNS as f64 * UNIT + GAP);
            for (unit, &value) in values.iter().enumerate() {
                let (row, column) = (unit / COLUMNS, unit % COLUMNS);
                let _ = writeln!(
                    svg,
                    "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{UNIT}\" height=\"{UNIT}\" fill=\"{}\"/>",
                    left + column as f64 * UNIT,
                    top + row as f64 * UNIT,
                    colour(value, largest)
                );
            }
        }
    }
}

/// From blue over nearly white to red.
fn colour(value: f32, largest: f32) -> String {
    let share = if largest > 0.0 && value.is_finite() { value / largest } else { 0.0 };
    let end = if share < 0.0 { [31.0, 111.0, 180.0] } else { [209.0, 73.0, 91.0] };
    let [red, green, blue] = end.map(|end| (243.0 + (end - 243.0) * share.abs()).round());
    format!("#{:02x}{:02x}{:02x}", red as u8, green as u8, blue as u8)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_of_every_step_is_drawn() {
        let layer = |name: &str, activity| LayerTrace { name: name.into(), activity };
        let trace = ActivationTrace {
            steps: vec!["subject <a>".into(), "object".into()],
            layers: vec![
                layer("sensory", vec![vec![0.5; 5], vec![]]),
                layer("index", vec![vec![-2.0; 40], vec![1.0; 40]]),
            ],
        };
        let svg = trace.to_svg();
        // And one for the background.
        assert_eq!(svg.matches("<rect").count(), 1 + 5 + 80);
        assert!(svg.contains("subject &lt;a&gt;") && svg.contains("±2.00") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn colours_go_from_blue_to_red() {
        assert_eq!(colour(0.0, 1.0), "#f3f3f3");
        assert_eq!(colour(2.0, 2.0), "#d1495b");
        assert_eq!(colour(-2.0, 2.0), "#1f6fb4");
        assert_eq!(colour(f32::NAN, 1.0), colour(0.0, 0.0));
    }
}
