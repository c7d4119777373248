//! The files of MovieLens-100K, in their original form and in that of RecBole.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::DataError;
use crate::bounded::{gunzip, open, read_at_most};

/// The most bytes of a file, several times those of the largest.
const MOST_BYTES: u64 = 1 << 24;

/// Where the files are, below a data set's directory: itself, or what unpacking an archive makes.
const FOLDERS: [&str; 3] = ["", "ml-100k", "recbole-1.2.1/recbole/dataset_example/ml-100k"];

/// The columns of `u.genre`, in its order, which is that of the columns of `u.item`.
const GENRES: [&str; 19] = [
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
];

/// One rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rating {
    pub(super) user: u32,
    pub(super) item: u32,
    pub(super) stars: u8,
    pub(super) time: u64,
}

/// What is known of a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct User {
    pub(super) age: u32,
    pub(super) gender: String,
    pub(super) occupation: String,
}

/// What is known of a film.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Item {
    /// The first of its genres, in alphabetical order.
    pub(super) genre: String,
    /// The year in its title.
    pub(super) year: Option<u32>,
}

/// All three files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MovieLens {
    pub(super) ratings: Vec<Rating>,
    pub(super) users: HashMap<u32, User>,
    pub(super) items: HashMap<u32, Item>,
}

impl MovieLens {
    pub(super) fn read(directory: &Path) -> Result<Self, DataError> {
        let mut looked_for = Vec::new();
        for folder in FOLDERS.map(|folder| directory.join(folder)) {
            for (file, read) in [
                ("u.data", Self::read_original as fn(&Path) -> Result<Self, DataError>),
                ("ml-100k.inter", Self::read_recbole),
            ] {
                let path = folder.join(file);
                if path.is_file() {
                    return read(&folder)?.checked(&path);
                }
                looked_for.push(path);
            }
        }
        Err(DataError::Missing { what: "the ratings of MovieLens-100K".into(), looked_for })
    }

    fn read_original(folder: &Path) -> Result<Self, DataError> {
        let mut data = Self::default();
        for line in Lines::read(folder.join("u.data"))?.rows('\t', 4, false)? {
            data.ratings.push(line.rating([0, 1, 2, 3])?);
        }
        for line in Lines::read(folder.join("u.user"))?.rows('|', 5, false)? {
            data.users.insert(line.number(0)?, line.user([1, 2, 3])?);
        }
        for line in Lines::read(folder.join("u.item"))?.rows('|', 5 + GENRES.len(), false)? {
            let genre = GENRES.iter().zip(&line.cells[5..]).find(|(_, flag)| **flag == "1");
            let genre = genre.map_or("unknown", |(genre, _)| genre).to_string();
            // The last bracket of a title is the year: `Toy Story (1995)`.
            let year = line.cells[1].rsplit_once('(').and_then(|(_, year)| year.trim().strip_suffix(')'));
            data.items.insert(line.number(0)?, Item { genre, year: year.and_then(four_digits) });
        }
        Ok(data)
    }

    fn read_recbole(folder: &Path) -> Result<Self, DataError> {
        let mut data = Self::default();
        let ratings = Lines::read(folder.join("ml-100k.inter"))?;
        let columns = ratings.columns(["user_id", "item_id", "rating", "timestamp"])?;
        for line in ratings.rows('\t', ratings.width(), true)? {
            data.ratings.push(line.rating(columns)?);
        }
        let users = Lines::read(folder.join("ml-100k.user"))?;
        let [id, age, gender, occupation] = users.columns(["user_id", "age", "gender", "occupation"])?;
        for line in users.rows('\t', users.width(), true)? {
            data.users.insert(line.number(id)?, line.user([age, gender, occupation])?);
        }
        let items = Lines::read(folder.join("ml-100k.item"))?;
        let [id, year, genres] = items.columns(["item_id", "release_year", "class"])?;
        for line in items.rows('\t', items.width(), true)? {
            let genre = line.cells[genres].split(' ').next().filter(|genre| !genre.is_empty());
            let genre = genre.unwrap_or("unknown").to_string();
            data.items.insert(line.number(id)?, Item { genre, year: four_digits(line.cells[year]) });
        }
        Ok(data)
    }

    /// Every rating is of a user and a film that is there.
    fn checked(self, path: &Path) -> Result<Self, DataError> {
        let stranger = self.ratings.iter().find_map(|rating| {
            let unknown =
                |what: &str, id: u32| Some(format!("{what} {id} has a rating, but no line of its own"));
            match (self.users.contains_key(&rating.user), self.items.contains_key(&rating.item)) {
                (false, _) => unknown("user", rating.user),
                (_, false) => unknown("film", rating.item),
                _ => None,
            }
        });
        match stranger {
            Some(problem) => Err(DataError::Inconsistent { place: path.display().to_string(), problem }),
            None => Ok(self),
        }
    }
}

/// Four digits are a year; films without one have a word.
fn four_digits(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.len() == 4)
}

/// A small text file.
struct Lines {
    path: PathBuf,
    text: String,
}

impl Lines {
    /// Reads a file; characters other than those of UTF-8, as the titles of the original have, are not kept.
    fn read(path: PathBuf) -> Result<Self, DataError> {
        let bytes = read_at_most(&mut gunzip(open(&path)?, &path)?, MOST_BYTES, &path)?;
        Ok(Self { text: String::from_utf8_lossy(&bytes).into_owned(), path })
    }

    /// The names of the columns without their types: `user_id:token`.
    fn names(&self) -> Vec<&str> {
        let header = self.text.lines().next().unwrap_or_default();
        header.split('\t').map(|name| name.split(':').next().unwrap_or(name)).collect()
    }

    fn width(&self) -> usize {
        self.names().len()
    }

    fn columns<const N: usize>(&self, names: [&str; N]) -> Result<[usize; N], DataError> {
        let found = self.names();
        let mut columns = [0; N];
        for (column, name) in columns.iter_mut().zip(names) {
            *column =
                found.iter().position(|other| *other == name).ok_or_else(|| DataError::MissingColumn {
                    path: self.path.clone(),
                    column: name.into(),
                    nearest: crate::nearest(name, found.iter().copied()).map(String::from),
                    found: found.iter().map(|name| name.to_string()).collect(),
                })?;
        }
        Ok(columns)
    }

    /// The lines below the header, if there is one, of `width` cells each; at least one.
    fn rows(&self, separator: char, width: usize, header: bool) -> Result<Vec<Line<'_>>, DataError> {
        let malformed = |line, problem| DataError::MalformedLine { path: self.path.clone(), line, problem };
        let mut rows = Vec::new();
        for (at, text) in self.text.lines().enumerate().skip(usize::from(header)) {
            if text.trim().is_empty() {
                continue;
            }
            let cells: Vec<&str> = text.split(separator).map(str::trim).collect();
            if cells.len() != width {
                return Err(malformed(
                    at + 1,
                    format!("{} cells, but there are {width} columns", cells.len()),
                ));
            }
            rows.push(Line { path: &self.path, number: at + 1, cells });
        }
        match rows.is_empty() {
            true => Err(malformed(1, "there is no row of data".into())),
            false => Ok(rows),
        }
    }
}

struct Line<'a> {
    path: &'a Path,
    number: usize,
    cells: Vec<&'a str>,
}

impl Line<'_> {
    fn number<N: FromStr>(&self, cell: usize) -> Result<N, DataError> {
        self.cells[cell].parse().map_err(|_| self.refuse(cell, "a whole number"))
    }

    fn refuse(&self, cell: usize, allowed: &str) -> DataError {
        DataError::Cell {
            path: self.path.into(),
            line: self.number as u64,
            column: (cell + 1).to_string(),
            value: self.cells[cell].chars().take(80).collect(),
            allowed: allowed.into(),
        }
    }

    fn rating(&self, [user, item, stars, time]: [usize; 4]) -> Result<Rating, DataError> {
        let (user, item, given) = (self.number(user)?, self.number(item)?, self.number(stars)?);
        if !(1..=5).contains(&given) {
            return Err(self.refuse(stars, "1 to 5"));
        }
        Ok(Rating { user, item, stars: given, time: self.number(time)? })
    }

    fn user(&self, [age, gender, occupation]: [usize; 3]) -> Result<User, DataError> {
        let [gender, occupation] = [gender, occupation].map(|cell| self.cells[cell].to_string());
        Ok(User { age: self.number(age)?, gender, occupation })
    }
}
