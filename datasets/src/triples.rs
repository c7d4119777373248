//! Facts as triples of subject, predicate and object: three small knowledge graphs in this crate (provenance in
//! `data/README.md`), or the plain files in which such graphs are published.
//!
//! A graph is a directory of `train.txt`, `valid.txt` and `test.txt` (each plain or with `.gz`), one triple a line: subject,
//! predicate and object, separated by tabs. Names are numbered in their alphabetical order over all three files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::bounded::{gunzip, open, read_at_most};
use crate::{DataError, nearest};

/// The most bytes that one file may unpack to: 64 MiB, above the graphs that are commonly published in this form.
const MAX_FILE: u64 = 1 << 26;

/// One fact, by the numbers of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Triple {
    /// The entity the fact is about.
    pub subject: usize,
    /// What is said of it.
    pub predicate: usize,
    /// The other entity.
    pub object: usize,
}

/// A knowledge graph, split into what is learnt, what is watched and what is tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeGraph {
    /// Its name.
    pub name: String,
    /// Names of the entities, by number.
    pub entities: Vec<String>,
    /// Names of the predicates, by number.
    pub predicates: Vec<String>,
    /// For training.
    pub train: Vec<Triple>,
    /// For watching a training and choosing settings.
    pub valid: Vec<Triple>,
    /// For testing.
    pub test: Vec<Triple>,
}

/// The graphs in this crate.
pub const GRAPHS: [&str; 3] = ["nations", "kinships", "umls"];

/// The files of a graph.
const FILES: [&str; 3] = ["train.txt", "valid.txt", "test.txt"];

/// A graph's three files, packed.
type Packed = [&'static [u8]; 3];

macro_rules! packed {
    ($name:literal) => {
        [
            include_bytes!(concat!("../data/triples/", $name, "/train.txt.gz")),
            include_bytes!(concat!("../data/triples/", $name, "/valid.txt.gz")),
            include_bytes!(concat!("../data/triples/", $name, "/test.txt.gz")),
        ]
    };
}

const NATIONS: Packed = packed!("nations");
const KINSHIPS: Packed = packed!("kinships");
const UMLS: Packed = packed!("umls");

impl KnowledgeGraph {
    /// Opens a graph of [`GRAPHS`] by its name, or a directory. A name goes before a directory of the same name, which `./name`
    /// means.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownDataset`] with the nearest name, [`DataError::Missing`] for a directory that lacks a file,
    /// [`DataError::Oversized`] for one of more than 64 MiB, [`DataError::Decode`] for one that is no UTF-8, and what
    /// [`parse_triples`] refuses.
    pub fn open(name_or_directory: &str) -> Result<Self, DataError> {
        match name_or_directory {
            "nations" => Self::embedded("nations", NATIONS),
            "kinships" => Self::embedded("kinships", KINSHIPS),
            "umls" => Self::embedded("umls", UMLS),
            directory if Path::new(directory).is_dir() => Self::read(Path::new(directory)),
            unknown => Err(DataError::UnknownDataset {
                name: unknown.into(),
                nearest: nearest(unknown, GRAPHS).map(String::from),
                known: GRAPHS.map(String::from).to_vec(),
            }),
        }
    }

    /// Every triple, of all three parts.
    pub fn all(&self) -> impl Iterator<Item = Triple> + '_ {
        self.train.iter().chain(&self.valid).chain(&self.test).copied()
    }

    fn embedded(name: &str, packed: Packed) -> Result<Self, DataError> {
        let mut texts = Vec::new();
        for (bytes, file) in packed.into_iter().zip(FILES) {
            let path = PathBuf::from(format!("{name}/{file}.gz"));
            texts.push((read_text(bytes, &path)?, path));
        }
        Self::parse(name, &texts)
    }

    fn read(directory: &Path) -> Result<Self, DataError> {
        let mut texts = Vec::new();
        for file in FILES {
            let candidates = [directory.join(file), directory.join(format!("{file}.gz"))];
            let path = candidates.iter().find(|path| path.is_file()).ok_or_else(|| DataError::Missing {
                what: format!("the triples of {file}"),
                looked_for: candidates.to_vec(),
            })?;
            texts.push((read_text(open(path)?, path)?, path.clone()));
        }
        let name = directory.file_name().unwrap_or(directory.as_os_str()).to_string_lossy();
        Self::parse(&name, &texts)
    }

    /// Numbers the names of the texts of training, validation and test.
    fn parse(name: &str, texts: &[(String, PathBuf)]) -> Result<Self, DataError> {
        let mut parts = Vec::new();
        for (text, path) in texts {
            parts.push(parse_triples(text, path)?);
        }
        let names = |columns: &[usize]| -> Vec<&str> {
            let names: BTreeSet<&str> =
                parts.iter().flatten().flat_map(|line| columns.iter().map(|&column| line[column])).collect();
            names.into_iter().collect()
        };
        let (entities, predicates) = (names(&[0, 2]), names(&[1]));
        // Every name is in its list, so the search finds it; where it would go otherwise is never used.
        let number = |names: &[&str], name: &str| names.binary_search(&name).unwrap_or_else(|place| place);
        let triple = |&[subject, predicate, object]: &[&str; 3]| Triple {
            subject: number(&entities, subject),
            predicate: number(&predicates, predicate),
            object: number(&entities, object),
        };
        let [train, valid, test] =
            [0, 1, 2].map(|part| parts.get(part).into_iter().flatten().map(triple).collect());
        let owned = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        let (entities, predicates) = (owned(&entities), owned(&predicates));
        Ok(Self { name: name.into(), entities, predicates, train, valid, test })
    }
}

fn read_text(source: impl std::io::BufRead, path: &Path) -> Result<String, DataError> {
    let bytes = read_at_most(&mut gunzip(source, path)?, MAX_FILE, path)?;
    String::from_utf8(bytes)
        .map_err(|error| DataError::Decode { path: path.into(), reason: error.to_string() })
}

/// The triples of a text, as names of subject, predicate and object.
///
/// # Errors
///
/// [`DataError::MalformedLine`] if a line has more or fewer than three names, or an empty one; if there is no line.
pub fn parse_triples<'a>(text: &'a str, path: &Path) -> Result<Vec<[&'a str; 3]>, DataError> {
    let malformed =
        |line: usize, problem: String| DataError::MalformedLine { path: path.into(), line, problem };
    let mut triples = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut names = line.split('\t');
        let (Some(subject), Some(predicate), Some(object), None) =
            (names.next(), names.next(), names.next(), names.next())
        else {
            let count = line.split('\t').count();
            let problem = format!("{count} names between tabs, but a triple has 3");
            return Err(malformed(index + 1, problem));
        };
        let names = [("subject", subject), ("predicate", predicate), ("object", object)];
        if let Some((role, _)) = names.iter().find(|(_, name)| name.trim().is_empty()) {
            return Err(malformed(index + 1, format!("the {role} is empty")));
        }
        triples.push([subject, predicate, object]);
    }
    match triples.is_empty() {
        true => Err(malformed(1, "there is no triple".into())),
        false => Ok(triples),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graphs_in_the_crate_are_whole() {
        // Counted, and summed over (s + 1) (p + 2) (o + 3), by a script of its own from the files as published.
        for (name, entities, predicates, counts, sum) in [
            ("nations", 14, 55, [1592, 199, 201], 5_002_110_usize),
            ("kinships", 104, 25, [8544, 1068, 1074], 414_152_705),
            ("umls", 135, 46, [5216, 652, 661], 738_209_682),
        ] {
            let graph = KnowledgeGraph::open(name).unwrap();
            assert_eq!((graph.entities.len(), graph.predicates.len()), (entities, predicates), "{name}");
            assert_eq!([graph.train.len(), graph.valid.len(), graph.test.len()], counts, "{name}");
            let found: usize =
                graph.all().map(|t| (t.subject + 1) * (t.predicate + 2) * (t.object + 3)).sum();
            assert_eq!(found, sum, "{name}");
            let distinct: BTreeSet<Triple> = graph.all().collect();
            assert_eq!(distinct.len(), counts.iter().sum::<usize>(), "{name}: parts do not overlap");
        }
        let nations = KnowledgeGraph::open("nations").unwrap();
        let first = nations.train[0];
        assert_eq!(nations.entities[first.subject], "netherlands");
        assert_eq!(nations.predicates[first.predicate], "militaryalliance");
        assert_eq!(nations.entities[first.object], "uk");
    }
}
