//! Forecasting what comes after the end of a csv file.

use std::fmt::Write;

use pyrarium_datasets::Series;
use pyrarium_layers::{ConfigError, Forecaster};

use crate::Error;
use crate::forecast_job::{CHANNELS, Channels, forecast, panels};
use crate::forecast_plot;
use crate::registry::{Inputs, Predictions};
use crate::run::{Run, RunDirectory};

/// What a finished run has left about its channels.
///
/// # Errors
/// When the file is missing or damaged.
pub fn channels(directory: &RunDirectory) -> Result<Channels, Error> {
    serde_json::from_slice(&directory.read(CHANNELS)?)
        .map_err(|error| Error::Damaged { path: directory.path().join(CHANNELS), reason: error.to_string() })
}

/// The rows after the end of a file, by a trained forecaster (without autodiff): times that go on in the file's step, one column a
/// channel in the units of the file, and a picture with the end of the file.
///
/// # Errors
/// A horizon beyond the one trained for, a file without one of the channels, with another step or fewer rows than the context, and what
/// [`Series::read`] refuses.
pub fn predict<M: Forecaster>(
    run: &Run,
    channels: &Channels,
    inputs: &Inputs,
    model: &M,
) -> Result<Predictions, Error> {
    let horizon = inputs.horizon.unwrap_or(model.horizon());
    if horizon == 0 || horizon > model.horizon() {
        let allowed = format!("between 1 and {}, the horizon of the run", model.horizon());
        return Err(ConfigError::new("horizon", horizon, allowed).into());
    }
    let Channels { names, step, scaler } = channels;
    let series = Series::read(&inputs.data, names)?;
    let (rows, context) = (series.rows(), model.context_length());
    let file = inputs.data.display();
    if series.time().step() != *step {
        let found = series.time().step();
        return Err(Error::Usage(format!(
            "{file} goes on in steps of {found}, the run was trained on steps of {step}"
        )));
    }
    if rows < context {
        return Err(Error::Usage(format!("{file} has {rows} rows, but a forecast looks back on {context}")));
    }
    let scaled = scaler.apply(&series);
    let mut values = forecast(model, &scaled, rows - context..rows, &run.device)?;
    values.truncate(horizon * names.len());
    let shown = context.min(3 * horizon.max(8));
    let picture = panels(&scaled, scaler, [rows - shown, rows, rows + horizon], values.clone());
    let plot = forecast_plot::draw(&picture, &|step| series.time().label(rows - shown + step))?;
    scaler.restore(&mut values);
    let mut csv = format!(
        "{},{}\n",
        quoted(series.time_column()),
        names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(",")
    );
    for (step, row) in values.chunks(names.len()).enumerate() {
        csv += &series.time().label(rows + step);
        for value in row {
            let _ = write!(csv, ",{value}");
        }
        csv.push('\n');
    }
    Ok(Predictions { rows: horizon, csv, plot: Some(plot) })
}

/// A cell of csv.
fn quoted(name: &str) -> String {
    match name.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_string(),
    }
}
