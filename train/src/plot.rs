//! Pictures as SVG text, made with plotters.

use std::ops::Range;

use plotters::prelude::*;

use crate::Error;
use crate::report::Curve;

const SIZE: (u32, u32) = (720, 420);
/// Curves of more points than this are drawn without dots.
const DENSE: usize = 30;
pub(crate) const FONT: (&str, u32) = ("sans-serif", 15);

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
        if curve.scattered {
            let dots = curve.points.iter().map(|&point| Circle::new(point, 4, color.filled()));
            let key = move |(x, y)| Circle::new((x + 9, y), 4, color.filled());
            chart.draw_series(dots)?.label(*name).legend(key);
            continue;
        }
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

/// A cell of a map: its middle, and what it is.
pub struct Cell {
    /// Middle along the x axis.
    pub x: f64,
    /// Middle along the y axis.
    pub y: f64,
    /// Index of its name.
    pub kind: usize,
}

/// A map of cells on a regular grid, one colour for each of the `names`.
pub fn map(y_label: &str, x_label: &str, cells: &[Cell], names: &[String]) -> Result<String, Error> {
    let mut svg = String::new();
    draw_map(&mut svg, y_label, x_label, cells, names)
        .map_err(|error| Error::Training(format!("plot: {error}")))?;
    Ok(svg)
}

fn draw_map(
    svg: &mut String,
    y_label: &str,
    x_label: &str,
    cells: &[Cell],
    names: &[String],
) -> Result<(), Box<dyn std::error::Error>> {
    let half = |values: &[f64]| {
        let gaps = values.iter().flat_map(|one| values.iter().map(move |other| (one - other).abs()));
        0.5 * gaps.filter(|gap| *gap > 1e-9).fold(1.0, f64::min)
    };
    let xs: Vec<f64> = cells.iter().map(|cell| cell.x).collect();
    let ys: Vec<f64> = cells.iter().map(|cell| cell.y).collect();
    let (half_x, half_y) = (half(&xs), half(&ys));
    let range = |values: &[f64], half: f64| {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        low - half..high + half
    };
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(14)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d(range(&xs, half_x), range(&ys, half_y))?;
    chart
        .configure_mesh()
        .disable_mesh()
        .label_style(FONT)
        .x_label_formatter(&tick)
        .y_label_formatter(&tick)
        .x_desc(x_label)
        .y_desc(y_label)
        .draw()?;
    for (kind, name) in names.iter().enumerate() {
        let color = Palette99::pick(kind).mix(0.7).filled();
        let corners = |cell: &Cell| [(cell.x - half_x, cell.y - half_y), (cell.x + half_x, cell.y + half_y)];
        let of_kind = cells.iter().filter(|cell| cell.kind == kind);
        let squares: Vec<_> = of_kind.map(|cell| Rectangle::new(corners(cell), color)).collect();
        if !squares.is_empty() {
            let key = move |(x, y)| Rectangle::new([(x, y - 5), (x + 18, y + 5)], color);
            chart.draw_series(squares)?.label(name).legend(key);
        }
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.2))
        .label_font(FONT)
        .position(SeriesLabelPosition::LowerRight)
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
pub(crate) fn tick(value: &f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

/// The range of the values, widened a little, and never empty.
pub(crate) fn span(values: impl Iterator<Item = f64>) -> Range<f64> {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) =
        finite.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return 0.0..1.0;
    }
    let margin = if high > low { 0.04 * (high - low) } else { 0.5 };
    low - margin..high + margin
}
