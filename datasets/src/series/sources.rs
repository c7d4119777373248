//! From a name or a file to a series.

use std::path::{Path, PathBuf};

use super::Series;
use crate::bounded::{gunzip, read_at_most};
use crate::{DataError, nearest};

/// The series that ships with this crate: a year of hourly weather at JFK airport.
pub const WEATHER: &str = "weather";

const JFK: &[u8] = include_bytes!("../../data/weather/jfk-2013.csv.gz");
const MOST_BYTES: u64 = 1 << 20;

/// The series of the data set `etth`, with their files.
const ETT_FILES: [(&str, &str); 2] = [("etth1", "ETTh1.csv"), ("etth2", "ETTh2.csv")];
const ETT: &str = "etth";

impl Series {
    /// Opens `weather`, `etth1` or `etth2` (in `data_dir/etth`), or a csv file (see [`read`](Self::read), also for `channels`). A name goes
    /// before a file of the same name, which `./name` means.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownSeries`] with the nearest name, [`DataError::NotFetched`] for ETT without its file, and what
    /// [`read`](Self::read) refuses.
    pub fn open(name_or_file: &str, data_dir: Option<&Path>, channels: &[String]) -> Result<Self, DataError> {
        if name_or_file == WEATHER {
            let path = Path::new("weather/jfk-2013.csv.gz");
            let bytes = read_at_most(&mut gunzip(JFK, path)?, MOST_BYTES, path)?;
            return Self::parse(WEATHER, &bytes, path, channels);
        }
        if let Some((name, file)) = ETT_FILES.iter().find(|(name, _)| *name == name_or_file) {
            let directories: Vec<PathBuf> =
                data_dir.map(|directory| directory.join(ETT)).into_iter().collect();
            let path = directories.iter().map(|directory| directory.join(file)).find(|path| path.is_file());
            let missing = || DataError::NotFetched { name: ETT.into(), looked_in: directories.clone() };
            let series = Self::read(&path.ok_or_else(missing)?, channels)?;
            return Ok(Self { name: name.to_string(), ..series });
        }
        let path = Path::new(name_or_file);
        if path.exists() || path.extension().is_some() || name_or_file.contains(['/', '\\']) {
            return Self::read(path, channels);
        }
        let known = || ETT_FILES.iter().map(|(name, _)| *name).chain([WEATHER]);
        Err(DataError::UnknownSeries {
            name: name_or_file.into(),
            nearest: nearest(name_or_file, known()).map(String::from),
            known: known().map(String::from).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weather_is_whole() {
        let series = Series::open(WEATHER, None, &[]).unwrap();
        // Rows, counts and sums by a script of its own from the file as published; 24 hours are left out.
        assert_eq!(series.rows(), 8730);
        for (channel, (name, count, sum)) in [
            ("temp", 8706, 474_234.54),
            ("dewp", 8706, 364_408.08),
            ("humid", 8706, 567_675.4),
            ("wind_speed", 8703, 99_809.135),
            ("visib", 8706, 79_899.99),
            ("pressure", 7875, 8_018_173.0),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(series.channels()[channel], name);
            let (values, observed) = (series.values(0..8730), series.observed(0..8730));
            let cells = values.iter().zip(observed).skip(channel).step_by(6);
            let seen: Vec<f64> = cells.filter(|cell| *cell.1).map(|cell| f64::from(*cell.0)).collect();
            assert_eq!(seen.len(), count, "{name}");
            let found: f64 = seen.iter().sum();
            assert!((found / sum - 1.0).abs() < 1e-6, "{name}: {found}");
        }
        assert_eq!(series.time().label(0), "2013-01-01 06:00:00");
        assert_eq!(series.time().label(8729), "2013-12-30 23:00:00");
        let two = Series::open(WEATHER, None, &["visib".into(), "temp".into()]).unwrap();
        assert_eq!(two.values(0..1), [10.0, 39.02]);
    }

    #[test]
    fn ett_is_looked_for_in_the_data_directory() {
        assert!(crate::catalog::find_tabular(ETT).is_some());
        let directory = tempfile::tempdir().unwrap();
        let open = || Series::open("etth1", Some(directory.path()), &[]);
        let message = open().unwrap_err().to_string();
        assert!(message.starts_with("data set `etth` is not here (looked in "), "{message}");
        std::fs::create_dir(directory.path().join("etth")).unwrap();
        std::fs::write(directory.path().join("etth/ETTh1.csv"), "date,OT\n2016-07-01,1\n2016-07-02,2\n")
            .unwrap();
        assert_eq!((open().unwrap().name(), open().unwrap().rows()), ("etth1", 2));
        assert!(Series::open("etth2", Some(directory.path()), &[]).is_err());
    }

    #[test]
    fn other_names_are_answered() {
        let message = |name: &str| Series::open(name, None, &[]).unwrap_err().to_string();
        assert_eq!(
            message("wether"),
            "`wether` is neither a time series nor a csv file; did you mean `weather`?; known series: etth1, etth2, weather"
        );
        assert!(message("missing.csv").starts_with("missing.csv: "));
    }
}
