//! Pictures of forecasts: a panel for each channel over a common axis of time.

use plotters::prelude::*;

use crate::Error;
use crate::plot::{FONT, span, tick};

const WIDTH: u32 = 860;
const PANEL: u32 = 170;
/// Room for the axis of time below the last panel.
const AXIS: u32 = 46;
/// Room for the names of the lines above the first panel.
const KEY: u32 = 30;
/// More channels than this are not drawn.
pub const MOST_PANELS: usize = 8;

/// One channel of a forecast.
pub struct Panel {
    /// Its name.
    pub name: String,
    /// What was before, `None` where it is missing.
    pub past: Vec<Option<f64>>,
    /// What came after, where it is known.
    pub truth: Vec<Option<f64>>,
    /// What was forecast.
    pub forecast: Vec<f64>,
}

/// Draws the first [`MOST_PANELS`] panels; `label` names a step, counted from the beginning of the past.
///
/// # Errors
/// When the picture cannot be drawn.
pub fn draw(panels: &[Panel], label: &dyn Fn(usize) -> String) -> Result<String, Error> {
    let mut svg = String::new();
    let panels = &panels[..panels.len().min(MOST_PANELS)];
    panels_into(&mut svg, panels, label).map_err(|error| Error::Training(format!("plot: {error}")))?;
    Ok(svg)
}

/// A line of a panel: its name, its colour, where it begins, its values.
type Line = (&'static str, RGBColor, usize, Vec<Option<f64>>);

const PAST: RGBColor = RGBColor(110, 110, 110);
const TRUTH: RGBColor = RGBColor(30, 30, 30);
const FORECAST: RGBColor = RGBColor(200, 55, 45);

fn lines(panel: &Panel) -> Vec<Line> {
    // What comes after is joined to the last value before it.
    let joint = panel.past.len().saturating_sub(1);
    let last = panel.past.last().copied().flatten();
    let joined = |values: Vec<Option<f64>>| std::iter::once(last).chain(values).collect();
    let mut lines: Vec<Line> = vec![("context", PAST, 0, panel.past.clone())];
    if panel.truth.iter().any(Option::is_some) {
        lines.push(("truth", TRUTH, joint, joined(panel.truth.clone())));
    }
    lines.push(("forecast", FORECAST, joint, joined(panel.forecast.iter().copied().map(Some).collect())));
    lines
}

fn panels_into(
    svg: &mut String,
    panels: &[Panel],
    label: &dyn Fn(usize) -> String,
) -> Result<(), Box<dyn std::error::Error>> {
    let count = panels.len().max(1) as u32;
    let root = SVGBackend::with_string(svg, (WIDTH, KEY + count * PANEL + AXIS)).into_drawing_area();
    root.fill(&WHITE)?;
    let (key, rest) = root.split_vertically(KEY);
    if let Some(panel) = panels.first() {
        draw_key(&key, panel)?;
    }
    for (index, panel) in panels.iter().enumerate() {
        let last = index + 1 == panels.len();
        let top = index as u32 * PANEL;
        let height = if last { PANEL + AXIS } else { PANEL };
        let area = rest.clone().shrink((0, top), (WIDTH, height));
        draw_panel(&area, panel, last, label)?;
    }
    root.present()?;
    Ok(())
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn draw_key(area: &Area<'_>, panel: &Panel) -> Result<(), Box<dyn std::error::Error>> {
    let mut x = 78;
    for (name, color, _, _) in lines(panel) {
        area.draw(&PathElement::new([(x, 18), (x + 22, 18)], color.stroke_width(2)))?;
        area.draw(&Text::new(name, (x + 28, 11), FONT.into_font()))?;
        x += 120;
    }
    Ok(())
}

fn draw_panel(
    area: &Area<'_>,
    panel: &Panel,
    with_axis: bool,
    label: &dyn Fn(usize) -> String,
) -> Result<(), Box<dyn std::error::Error>> {
    let lines = lines(panel);
    let steps =
        (panel.past.len() + panel.forecast.len().max(panel.truth.len())).saturating_sub(1).max(1) as f64;
    let range = span(lines.iter().flat_map(|line| line.3.iter().copied().flatten()));
    let mut chart = ChartBuilder::on(area)
        .margin_left(6)
        .margin_right(26)
        .margin_top(8)
        .margin_bottom(2)
        .x_label_area_size(if with_axis { AXIS } else { 0 })
        .y_label_area_size(72)
        .build_cartesian_2d(0.0..steps, range)?;
    let name = |step: &f64| label(step.round().max(0.0) as usize);
    let mut mesh = chart.configure_mesh();
    mesh.light_line_style(WHITE)
        .bold_line_style(BLACK.mix(0.1))
        .label_style(FONT)
        .x_labels(5)
        .y_labels(4)
        .y_label_formatter(&tick)
        .x_label_formatter(&name)
        .y_desc(&panel.name)
        .draw()?;
    for (_, color, start, values) in &lines {
        for piece in pieces(*start, values) {
            let style = color.stroke_width(if *color == FORECAST { 2 } else { 1 });
            match piece.len() {
                1 => chart.draw_series(piece.iter().map(|&point| Circle::new(point, 1, color.filled())))?,
                _ => chart.draw_series(LineSeries::new(piece, style))?,
            };
        }
    }
    Ok(())
}

/// The stretches without missing values, as points.
fn pieces(start: usize, values: &[Option<f64>]) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (index, value) in values.iter().enumerate() {
        match (value, pieces.last_mut()) {
            (Some(value), Some(piece)) => piece.push(((start + index) as f64, *value)),
            _ => pieces.push(Vec::new()),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_stay_gaps() {
        let values = [Some(1.0), None, None, Some(2.0), Some(3.0)];
        assert_eq!(pieces(5, &values), [vec![(5.0, 1.0)], vec![(8.0, 2.0), (9.0, 3.0)]]);
        assert!(pieces(0, &[None]).is_empty());
    }

    #[test]
    fn every_channel_has_a_panel_and_the_truth_only_where_it_is_known() {
        let panel = |name: &str, truth: Vec<Option<f64>>| Panel {
            name: name.into(),
            past: vec![Some(1.0), None, Some(3.0)],
            truth,
            forecast: vec![4.0, 5.0],
        };
        let label = |step: usize| format!("at {step}");
        let svg = draw(&[panel("temp", vec![]), panel("dewp", vec![])], &label).unwrap();
        for part in ["temp", "dewp", "forecast", "context", "at 2"] {
            assert!(svg.contains(part), "{part}");
        }
        assert!(!svg.contains("truth"));
        let svg = draw(&[panel("temp", vec![Some(4.5), Some(4.0)])], &label).unwrap();
        assert!(svg.contains("truth"));
        let many: Vec<Panel> = (0..20).map(|index| panel(&format!("c{index}"), vec![])).collect();
        let svg = draw(&many, &label).unwrap();
        assert!(svg.contains("c7") && !svg.contains("c8"));
        assert!(draw(&[], &label).is_ok());
    }
}
