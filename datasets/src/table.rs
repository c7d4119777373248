//! Small tables of numbers with a class for each row; three of the UCI repository ship in this crate, provenance and licence in
//! `data/README.md`.

use std::path::Path;

use rand::seq::SliceRandom;

use crate::bounded::{gunzip, read_at_most};
use crate::{DataError, Purpose, RandomKey};

/// The most bytes of a table.
const MOST_BYTES: u64 = 1 << 24;

/// Rows of features, each with a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    name: String,
    classes: Vec<String>,
    features: usize,
    values: Vec<f32>,
    labels: Vec<u32>,
}

/// The tables in this crate, by name.
pub const TABLES: [(&str, &[u8]); 3] = [
    ("breast-cancer", include_bytes!("../data/uci/breast-cancer.csv.gz")),
    ("iris", include_bytes!("../data/uci/iris.csv.gz")),
    ("wine", include_bytes!("../data/uci/wine.csv.gz")),
];

impl Table {
    /// A table of this crate: `breast-cancer`, `iris` or `wine`.
    ///
    /// # Errors
    /// An unknown name, with the nearest known one.
    pub fn open(name: &str) -> Result<Self, DataError> {
        let known = || TABLES.iter().map(|(known, _)| *known);
        match TABLES.iter().find(|(known, _)| *known == name) {
            Some((_, bytes)) => Self::parse(name, bytes),
            None => Err(DataError::UnknownDataset {
                name: name.to_string(),
                nearest: crate::nearest(name, known()).map(str::to_string),
                known: known().map(str::to_string).collect(),
            }),
        }
    }

    /// Reads a table as scikit-learn writes it, plain or packed by gzip: a first line with the numbers of rows and features and
    /// the names of the classes, then a row a line, its class last.
    ///
    /// # Errors
    /// Whatever is not as the first line says, by line.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, DataError> {
        let path = Path::new(name);
        let bytes = read_at_most(&mut gunzip(bytes, path)?, MOST_BYTES, path)?;
        let inconsistent = |line: usize, problem: String| DataError::Inconsistent {
            place: format!("table {name}, line {}", line + 1),
            problem,
        };
        let text = String::from_utf8(bytes).map_err(|_| inconsistent(0, "it is no text".into()))?;
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let head: Vec<&str> = lines.next().map(|(_, line)| line.split(',').collect()).unwrap_or_default();
        let number = |at: usize| head.get(at).and_then(|cell| cell.trim().parse::<usize>().ok());
        let (Some(rows), Some(features @ 1..=65_536)) = (number(0), number(1)) else {
            return Err(inconsistent(0, "it must begin with the numbers of rows and of features".into()));
        };
        let classes: Vec<String> = head[2..].iter().map(|class| class.trim().to_string()).collect();
        let (mut values, mut labels) = (Vec::new(), Vec::new());
        for (at, line) in lines {
            let cells: Vec<&str> = line.split(',').map(str::trim).collect();
            if cells.len() != features + 1 {
                let problem = format!(
                    "{} cells, but {features} features and a class make {}",
                    cells.len(),
                    features + 1
                );
                return Err(inconsistent(at, problem));
            }
            for cell in &cells[..features] {
                match cell.parse::<f32>() {
                    Ok(value) if value.is_finite() => values.push(value),
                    _ => return Err(inconsistent(at, format!("`{cell}` is no finite number"))),
                }
            }
            match cells[features].parse::<u32>() {
                Ok(label) if (label as usize) < classes.len() => labels.push(label),
                _ => {
                    let problem = format!("`{}` is no class, there are {}", cells[features], classes.len());
                    return Err(inconsistent(at, problem));
                }
            }
        }
        if labels.len() != rows {
            return Err(inconsistent(0, format!("it promises {rows} rows, but there are {}", labels.len())));
        }
        Ok(Self { name: name.to_string(), classes, features, values, labels })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of the classes; a label is a position in this list.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Features of a row.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The features of all rows, row by row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The class of each row.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// Splits the rows at random, this share of each class to the second part (rounded), and scales both parts so that each
    /// feature has mean 0 and variance 1 in the first.
    pub fn split(&self, share: f64, seed: u64) -> [Self; 2] {
        let mut parts = [Vec::new(), Vec::new()];
        for class in 0..self.classes.len() as u32 {
            let mut rows: Vec<usize> = (0..self.len()).filter(|&row| self.labels[row] == class).collect();
            rows.shuffle(&mut RandomKey { seed, epoch: 0, index: class.into() }.rng(Purpose::Sampling));
            let second = (rows.len() as f64 * share.clamp(0.0, 1.0)).round() as usize;
            parts[1].extend_from_slice(&rows[..second]);
            parts[0].extend_from_slice(&rows[second..]);
        }
        let [mut first, mut second] = parts.map(|rows| self.select(&rows));
        for feature in 0..self.features {
            let column = || first.values.iter().skip(feature).step_by(self.features).map(|&x| f64::from(x));
            let count = first.len().max(1) as f64;
            let mean = column().sum::<f64>() / count;
            let deviation = (column().map(|x| (x - mean).powi(2)).sum::<f64>() / count).sqrt();
            // A feature that never changes says nothing; it becomes 0.
            let scale = if deviation > 0.0 { 1.0 / deviation } else { 0.0 };
            for part in [&mut first, &mut second] {
                for value in part.values.iter_mut().skip(feature).step_by(self.features) {
                    *value = ((f64::from(*value) - mean) * scale) as f32;
                }
            }
        }
        [first, second]
    }

    fn select(&self, rows: &[usize]) -> Self {
        let row = |&row: &usize| &self.values[row * self.features..][..self.features];
        Self {
            values: rows.iter().flat_map(row).copied().collect(),
            labels: rows.iter().map(|&row| self.labels[row]).collect(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_the_ones_of_scikit_learn() {
        for (name, rows, features, counts, sum) in [
            ("breast-cancer", 569, 30, vec![212, 357], 1_056_474.46),
            ("iris", 150, 4, vec![50, 50, 50], 2_078.7),
            ("wine", 178, 13, vec![59, 71, 48], 159_975.3),
        ] {
            let table = Table::open(name).unwrap();
            assert_eq!((table.len(), table.features()), (rows, features), "{name}");
            let count =
                |class: usize| table.labels().iter().filter(|&&label| label as usize == class).count();
            assert_eq!((0..counts.len()).map(count).collect::<Vec<_>>(), counts, "{name}");
            assert_eq!(table.classes().len(), counts.len());
            let found: f64 = table.values().iter().map(|&x| f64::from(x)).sum();
            assert!((found / sum - 1.0).abs() < 1e-6, "{name}: {found}");
        }
        let message = Table::open("whine").unwrap_err().to_string();
        assert!(message.contains("did you mean `wine`?"), "{message}");
    }

    #[test]
    fn a_split_keeps_the_classes_apart_and_scales_by_the_first_part() {
        let table = Table::open("wine").unwrap();
        let [train, test] = table.split(0.2, 1);
        assert_eq!((train.len(), test.len()), (178 - 36, 36));
        let count = |class: u32| test.labels().iter().filter(|&&label| label == class).count();
        assert_eq!([count(0), count(1), count(2)], [12, 14, 10]);
        for feature in 0..13 {
            let column: Vec<f32> = train.values().iter().skip(feature).step_by(13).copied().collect();
            let mean = column.iter().sum::<f32>() / 142.0;
            let variance = column.iter().map(|x| x * x).sum::<f32>() / 142.0;
            assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4, "{mean} {variance}");
        }
        assert_eq!(table.split(0.2, 1), [train, test]);
        assert_ne!(table.split(0.2, 1), table.split(0.2, 2));
    }

    #[test]
    fn tables_that_are_not_as_they_say_are_refused() {
        let message = |text: &str| Table::parse("t", text.as_bytes()).unwrap_err().to_string();
        assert!(Table::parse("t", b"1,2,a,b\n0.5,1,1\n").is_ok());
        assert_eq!(message(""), "table t, line 1: it must begin with the numbers of rows and of features");
        assert_eq!(
            message("1,0,a"),
            "table t, line 1: it must begin with the numbers of rows and of features"
        );
        assert_eq!(message("2,1,a,b\n1,0\n"), "table t, line 1: it promises 2 rows, but there are 1");
        assert_eq!(message("1,2,a,b\n1,0\n"), "table t, line 2: 2 cells, but 2 features and a class make 3");
        assert_eq!(message("1,1,a,b\nx,0\n"), "table t, line 2: `x` is no finite number");
        assert_eq!(message("1,1,a,b\nNaN,0\n"), "table t, line 2: `NaN` is no finite number");
        assert_eq!(message("1,1,a,b\n1,2\n"), "table t, line 2: `2` is no class, there are 2");
        assert!(Table::parse("t", &[0xff, 0xfe]).is_err());
    }
}
