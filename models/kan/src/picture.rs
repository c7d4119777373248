//! A picture of a network as SVG: nodes in rows, the inputs below, and the function of each edge drawn on it.

use std::fmt::Write;

use pyrarium_layers::bases::Family;

use crate::{
    edges::{EdgeCurve, LayerCurves},
    mask::Mask,
};

/// Side of the box of a curve.
const BOX: f64 = 52.0;
/// Least distance of two boxes.
const GAP: f64 = 12.0;
/// Distance of two rows of nodes.
const ROW: f64 = 190.0;
/// Around everything.
const MARGIN: f64 = 36.0;
/// Radius of a node.
const NODE: f64 = 6.0;
/// Height of the legend.
const LEGEND: f64 = 34.0;
/// Edges weaker than this part of the layer's strongest are left out.
const VISIBLE: f64 = 0.005;
const INK: &str = "#22303c";

/// Draws the curves of all layers. Edges are as opaque as they are strong in their layer, and coloured by family.
///
/// # Examples
///
/// ```
/// # use burn::tensor::{Device, Tensor};
/// # use pyrarium_kan::{KanConfig, picture};
/// # use pyrarium_layers::bases::Family;
/// # let device = Device::flex();
/// let network = KanConfig::single([2, 3, 1], Family::BSpline.basis(8)?).init(&device)?;
/// let x = Tensor::from_data([[-1.0, 0.5], [1.0, -0.5]], &device);
/// let svg = picture::draw(&network.curves(x)?);
/// assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
/// # Ok::<(), pyrarium_layers::ConfigError>(())
/// ```
pub fn draw(layers: &[LayerCurves]) -> String {
    let drawing = Drawing::new(layers);
    let (width, height) = (drawing.width, drawing.height());
    let mut svg = sheet(width, height);
    for (index, layer) in layers.iter().enumerate() {
        drawing.layer(&mut svg, index, layer);
    }
    drawing.nodes(&mut svg);
    let edges = || layers.iter().flat_map(|layer| &layer.edges);
    legend(
        &mut svg,
        Family::ALL.into_iter().filter(|&family| edges().any(|edge| edge.family == Some(family))),
    );
    svg.push_str("</svg>\n");
    svg
}

/// The colour of a family.
fn colour(family: Option<Family>) -> &'static str {
    match family {
        Some(Family::BSpline) => "#1f6fb4",
        Some(Family::Chebyshev) => "#d1495b",
        Some(Family::Rbf) => "#2a9d5c",
        Some(Family::Fourier) => "#e08e1b",
        Some(Family::MexicanHat) => "#7b4fb5",
        None => "#66727d",
    }
}

/// How a family is called in the legend.
fn label(family: Family) -> &'static str {
    match family {
        Family::BSpline => "B-spline",
        Family::Chebyshev => "Chebyshev",
        Family::Rbf => "RBF",
        Family::Fourier => "Fourier",
        Family::MexicanHat => "Mexican hat",
    }
}

/// Where everything is.
struct Drawing {
    /// Nodes of each row, from the inputs up.
    rows: Vec<usize>,
    width: f64,
}

impl Drawing {
    fn new(layers: &[LayerCurves]) -> Self {
        let rows: Vec<usize> = layers
            .first()
            .map(|layer| layer.inputs)
            .into_iter()
            .chain(layers.iter().map(|layer| layer.outputs))
            .collect();
        let boxes = layers.iter().map(|layer| layer.edges.len()).max().unwrap_or(0) as f64;
        let width = (boxes * BOX + (boxes - 1.0).max(0.0) * GAP + 2.0 * MARGIN).max(460.0);
        Self { rows, width }
    }

    fn height(&self) -> f64 {
        2.0 * MARGIN + LEGEND + self.rows.len().saturating_sub(1) as f64 * ROW + 24.0
    }

    /// The place of the `index`-th of `count` things that share a row.
    fn across(&self, index: usize, count: usize) -> f64 {
        MARGIN + (self.width - 2.0 * MARGIN) * (index as f64 + 0.5) / count as f64
    }

    fn node(&self, row: usize, index: usize) -> (f64, f64) {
        let up = (self.rows.len() - 1 - row) as f64;
        (self.across(index, self.rows[row]), MARGIN + LEGEND + up * ROW)
    }

    fn layer(&self, svg: &mut String, index: usize, layer: &LayerCurves) {
        let strongest = layer.edges.iter().map(|edge| edge.strength).fold(f64::MIN_POSITIVE, f64::max);
        let opacity = |edge: &EdgeCurve| (edge.strength / strongest).sqrt().clamp(0.12, 1.0);
        let visible =
            || layer.edges.iter().enumerate().filter(|(_, edge)| edge.strength >= VISIBLE * strongest);
        for (place, edge) in visible() {
            let (centre, middle) = self.box_of(index, place, layer);
            let (from, to) = (self.node(index, edge.input), self.node(index + 1, edge.output));
            let (below, above) = (middle + BOX / 2.0, middle - BOX / 2.0);
            let _ = writeln!(
                svg,
                "<path d=\"M{:.1} {:.1}C{:.1} {:.1} {centre:.1} {:.1} {centre:.1} {below:.1}M{centre:.1} {above:.1}C{centre:.1} {:.1} {:.1} {:.1} {:.1} {:.1}\" \
                 fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\" stroke-opacity=\"{:.2}\"/>",
                from.0,
                from.1,
                from.0,
                from.1 - 30.0,
                below + 30.0,
                above - 30.0,
                to.0,
                to.1 + 30.0,
                to.0,
                to.1,
                colour(edge.family),
                0.8 * opacity(edge),
            );
        }
        for (place, edge) in visible() {
            self.curve(svg, self.box_of(index, place, layer), edge, opacity(edge));
        }
    }

    /// The centre of an edge's box.
    fn box_of(&self, row: usize, place: usize, layer: &LayerCurves) -> (f64, f64) {
        let (_, below) = self.node(row, 0);
        (self.across(place, layer.edges.len()), below - ROW / 2.0)
    }

    fn curve(&self, svg: &mut String, (centre, middle): (f64, f64), edge: &EdgeCurve, opacity: f64) {
        let (left, top, inner) = (centre - BOX / 2.0, middle - BOX / 2.0, BOX - 10.0);
        let span = |values: &[f64]| {
            let ends = |(low, high): (f64, f64), &v: &f64| (low.min(v), high.max(v));
            let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), ends);
            (low, (high - low).max(1e-9))
        };
        let ((x_low, x_span), (y_low, y_span)) = (span(&edge.x), span(&edge.y));
        let _ = writeln!(
            svg,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{BOX}\" height=\"{BOX}\" rx=\"5\" fill=\"#ffffff\" stroke=\"{INK}\" \
             stroke-opacity=\"{:.2}\"/>",
            0.15 + 0.35 * opacity,
        );
        let mut points = String::new();
        for (x, y) in edge.x.iter().zip(&edge.y).filter(|(_, y)| y.is_finite()) {
            let across = left + 5.0 + inner * (x - x_low) / x_span;
            let down = top + 5.0 + inner * (1.0 - (y - y_low) / y_span);
            let _ = write!(points, "{across:.1},{down:.1} ");
        }
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2.2\" stroke-linejoin=\"round\" \
             stroke-opacity=\"{opacity:.2}\"/>",
            points.trim_end(),
            colour(edge.family),
        );
    }

    fn nodes(&self, svg: &mut String) {
        let Some(last) = self.rows.len().checked_sub(1) else { return };
        for (row, &count) in self.rows.iter().enumerate() {
            for index in 0..count {
                let (x, y) = self.node(row, index);
                let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{NODE}\" fill=\"{INK}\"/>");
                let (name, offset) = match row {
                    0 => ("x", 26.0),
                    _ if row == last => ("y", -14.0),
                    _ => continue,
                };
                let _ = writeln!(
                    svg,
                    "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"{INK}\" font-style=\"italic\">{name}{}</text>",
                    y + offset,
                    subscript(index, count),
                );
            }
        }
    }
}

/// Draws what each node of each layer has chosen: a square for each node, in the colours of its families.
///
/// `pool` are the families in the order of the masks; `names` are those of the layers, the first one below.
pub fn draw_choices(masks: &[Mask], pool: &[Family], names: &[&str]) -> String {
    const SQUARE: f64 = 16.0;
    const LINE: f64 = 40.0;
    const NAMES: f64 = 110.0;
    let most = masks.iter().map(Mask::places).max().unwrap_or(0);
    let width = (NAMES + 2.0 * MARGIN + most as f64 * (SQUARE + 3.0)).max(460.0);
    let height = LEGEND + 2.0 * MARGIN + LINE * masks.len() as f64;
    let mut svg = sheet(width, height);
    for (row, (mask, name)) in masks.iter().rev().zip(names.iter().rev()).enumerate() {
        let top = LEGEND + MARGIN + LINE * row as f64;
        let _ = writeln!(
            svg,
            "<text x=\"{MARGIN}\" y=\"{:.1}\" fill=\"{INK}\" font-size=\"13\">{name}</text>",
            top + 13.0
        );
        for place in 0..mask.places() {
            let families: Vec<Family> =
                mask.members(place).filter_map(|member| pool.get(member).copied()).collect();
            let side = SQUARE / families.len().max(1) as f64;
            for (part, &family) in families.iter().enumerate() {
                let left = MARGIN + NAMES + place as f64 * (SQUARE + 3.0) + part as f64 * side;
                let _ = writeln!(
                    svg,
                    "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{side:.1}\" height=\"{SQUARE}\" fill=\"{}\"/>",
                    colour(Some(family)),
                );
            }
        }
    }
    let chosen = |family: &Family| {
        masks.iter().any(|mask| {
            let member = pool.iter().position(|of_pool| of_pool == family);
            member.is_some_and(|member| {
                (0..mask.places()).any(|place| mask.members(place).any(|m| m == member))
            })
        })
    };
    legend(&mut svg, Family::ALL.into_iter().filter(chosen));
    svg.push_str("</svg>\n");
    svg
}

/// The beginning of a picture of this size. Writing to a string cannot fail, here and below.
fn sheet(width: f64, height: f64) -> String {
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"Helvetica, Arial, sans-serif\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    svg
}

/// The colours of these families, in a line at the top.
fn legend(svg: &mut String, families: impl Iterator<Item = Family>) {
    let mut x = MARGIN;
    for family in families {
        let _ = writeln!(
            svg,
            "<path d=\"M{x:.1} 24h22\" stroke=\"{}\" stroke-width=\"3\" stroke-linecap=\"round\"/>\
             <text x=\"{:.1}\" y=\"29\" fill=\"{INK}\" font-size=\"13\">{}</text>",
            colour(Some(family)),
            x + 29.0,
            label(family),
        );
        x += 48.0 + 7.0 * label(family).len() as f64;
    }
}

/// The number of a node, if there are several.
fn subscript(index: usize, count: usize) -> String {
    match count {
        1 => String::new(),
        _ => format!("<tspan font-size=\"10\" dy=\"4\">{}</tspan>", index + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(inputs: usize, outputs: usize) -> LayerCurves {
        let edge = |index: usize| EdgeCurve {
            input: index / outputs,
            output: index % outputs,
            x: vec![-1.0, 0.0, 1.0],
            y: vec![1.0, 0.0, 1.0],
            strength: if index == 0 { 0.0 } else { 1.0 },
            family: Some(if index.is_multiple_of(2) { Family::Rbf } else { Family::Fourier }),
        };
        LayerCurves { inputs, outputs, edges: (0..inputs * outputs).map(edge).collect() }
    }

    #[test]
    fn every_strong_edge_has_a_curve_and_every_node_a_disc() {
        let svg = draw(&[layer(2, 5), layer(5, 1)]);
        assert_eq!(svg.matches("<polyline").count(), 9 + 4, "the edges of no strength are left out");
        assert_eq!(svg.matches("<circle").count(), 2 + 5 + 1);
        assert!(svg.contains(">RBF</text>") && svg.contains(">Fourier</text>") && !svg.contains("Chebyshev"));
    }

    #[test]
    fn values_that_are_not_finite_are_left_out() {
        let mut broken = layer(1, 2);
        broken.edges[1].y = vec![1.0, f64::NAN, 2.0];
        assert!(!draw(&[broken]).contains("NaN"));
    }

    #[test]
    fn choices_are_squares_in_the_colours_of_the_families() {
        let mask = Mask::new([2, 1, 3], vec![true, false, true, false, true, true]).unwrap();
        let svg = draw_choices(&[mask], &[Family::Rbf, Family::BSpline], &["head"]);
        assert_eq!(svg.matches("<rect x=").count(), 4, "two families share the last square");
        assert!(
            svg.contains(">head</text>") && svg.contains(">RBF</text>") && svg.contains(">B-spline</text>")
        );
    }

    #[test]
    fn an_empty_network_is_an_empty_picture() {
        assert!(draw(&[]).ends_with("</svg>\n"));
    }
}
