//! Pictures as SVG text, made with plotters.

use std::ops::Range;

use plotters::prelude::*;

use crate::Error;
use crate::report::Curve;

const SIZE: (u32, u32) = (720, 420);
/// Curves of more points than this are drawn without dots.
const DENSE: usize = 30;
const FONT: (&str, u32) = ("sans-serif", 15);

/// Line plot of several curves over a common x axis.
pub fn curves(y_label: &str, x_label: &str, curves: &[(&str, &Curve)]) -> Result<String, Error> {
    let mut svg = String::new();
    draw(&mut svg, y_label, x_label, curves).map_err(|error| Error::Training(format!("plot: {error}")))?;
    Ok(svg)
}

fn draw(
    svg: &mut String,
    y_label: &str,
    x_label: &str,
    curves: &[(&str, &Curve)],
) -> Result<(), Box<dyn std::error::Error>> {
    let points = || curves.iter().flat_map(|(_, curve)| curve.points.iter().copied());
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(14)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d(span(points().map(|(x, _)| x)), span(points().map(|(_, y)| y)))?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(BLACK.mix(0.1))
        .label_style(FONT)
        .x_label_formatter(&tick)
        .y_label_formatter(&tick)
        .x_desc(x_label)
        .y_desc(y_label)
        .draw()?;
    for (index, (name, curve)) in curves.iter().enumerate() {
        let color = Palette99::pick(index).to_rgba();
        let dot = if curve.points.len() > DENSE { 0 } else { 4 };
        chart
            .draw_series(
                LineSeries::new(curve.points.iter().copied(), color.stroke_width(2)).point_size(dot),
            )?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.2))
        .label_font(FONT)
        .position(legend_position(curves))
        .draw()?;
    root.present()?;
    Ok(())
}

/// The right corner from which the ends of the curves are farther away.
fn legend_position(curves: &[(&str, &Curve)]) -> SeriesLabelPosition {
    let range = span(curves.iter().flat_map(|(_, curve)| curve.points.iter().map(|point| point.1)));
    let ends: Vec<f64> = curves.iter().filter_map(|(_, curve)| Some(curve.points.last()?.1)).collect();
    let mean_end = ends.iter().sum::<f64>() / ends.len().max(1) as f64;
    match mean_end > 0.5 * (range.start + range.end) {
        true => SeriesLabelPosition::LowerRight,
        false => SeriesLabelPosition::UpperRight,
    }
}

/// A number without trailing zeros.
fn tick(value: &f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

/// The range of the values, widened a little, and never empty.
fn span(values: impl Iterator<Item = f64>) -> Range<f64> {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) =
        finite.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return 0.0..1.0;
    }
    let margin = if high > low { 0.04 * (high - low) } else { 0.5 };
    low - margin..high + margin
}
