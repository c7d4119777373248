//! MovieLens-100K (F. M. Harper and J. A. Konstan, 2015): 100,000 ratings of 1,682 films by 943 users, as click-through data.
//!
//! Read from `u.data`, `u.item` and `u.user`, or from RecBole's `ml-100k.inter`, `.item` and `.user`; both give the same. At equal times a user's
//! ratings are in the order of the films' numbers, and ratings of several users in that of the users' numbers.

use std::collections::HashMap;
use std::path::Path;

use super::csv_parts::split_by;
use super::movielens_files::{MovieLens, Rating};
use super::schema::{CategoricalSchema, FieldSchema, LabelSchema, Schema, SequenceSchema};
use super::split::Part;
use super::{ClickData, CsvSource, Encoder};
use crate::DataError;

/// Items of a history of [`din`].
const LONG: usize = 50;
/// Items of a history of [`dtrn`].
const SHORT: usize = 20;

/// For models of a user's history: fields `user`, `item`, `genre` (the film's first), a sequence `liked` of the films rated 4 or 5 before
/// (item and genre, the last 50), the task `like` (rating of at least 4), grouped by user. Of each user's ratings by time the last 20 % are
/// for testing, the 10 % before them for validation (both rounded).
///
/// # Errors
/// [`DataError::Missing`] if the files are not there; what they should not hold, by line.
pub fn din(directory: &Path) -> Result<(Encoder, ClickData), DataError> {
    let data = MovieLens::read(directory)?;
    let mut ratings = data.ratings.clone();
    ratings.sort_by_key(|rating| (rating.user, rating.time, rating.item));
    let mut parts = Vec::with_capacity(ratings.len());
    for of_user in ratings.chunk_by(|a, b| a.user == b.user) {
        let share = |share: f64| (of_user.len() as f64 * share).round() as usize;
        let (test, valid) = (share(0.2), share(0.1));
        let train = of_user.len() - test - valid;
        for (part, count) in [(Part::Train, train), (Part::Valid, valid), (Part::Test, test)] {
            parts.extend(std::iter::repeat_n(part, count));
        }
    }
    let histories = [History { name: "liked", least: 4, length: LONG }];
    let table = table(&data, &ratings, &histories)?;
    let fields = [
        values(&["user", "item", "genre"]),
        vec![FieldSchema::Sequence(SequenceSchema {
            name: "liked".into(),
            columns: Some(vec!["liked".into(), "liked_genres".into()]),
            uses: vec!["item".into(), "genre".into()],
            length: LONG,
            separator: '|',
        })],
        labels(&["like"]),
    ];
    split_by(&table, by_user(fields.concat()), &|row| parts[row])
}

/// For models of fields: `user`, `item`, `age` (by tens), `gender`, `occupation`, `genre` (the film's first) and `decade` of release, the task
/// `like` (rating of at least 4), grouped by user. By time the first 80 % of the ratings are for training, the next 10 % for validation, the
/// last for testing.
///
/// # Errors
/// As [`din`].
pub fn finalmlp(directory: &Path) -> Result<(Encoder, ClickData), DataError> {
    let data = MovieLens::read(directory)?;
    by_time(&data, &[], &["like"])
}

/// For models of several tasks: the fields of [`finalmlp`], sequences `rated`, `liked` (4 or 5) and `loved` (5) of the films a user has rated so
/// before (the last 20), the tasks `like` (at least 4), `love` (5) and `dislike` (at most 2), split as [`finalmlp`].
///
/// # Errors
/// As [`din`].
pub fn dtrn(directory: &Path) -> Result<(Encoder, ClickData), DataError> {
    let data = MovieLens::read(directory)?;
    let histories = [("rated", 1), ("liked", 4), ("loved", 5)];
    let histories = histories.map(|(name, least)| History { name, least, length: SHORT });
    by_time(&data, &histories, &["like", "love", "dislike"])
}

fn by_time(
    data: &MovieLens,
    histories: &[History],
    tasks: &[&str],
) -> Result<(Encoder, ClickData), DataError> {
    let mut ratings = data.ratings.clone();
    ratings.sort_by_key(|rating| (rating.time, rating.user, rating.item));
    let table = table(data, &ratings, histories)?;
    let sequences = histories.iter().map(|history| {
        FieldSchema::Sequence(SequenceSchema {
            name: history.name.into(),
            columns: None,
            uses: vec!["item".into()],
            length: history.length,
            separator: '|',
        })
    });
    let mut fields = values(&["user", "item", "age", "gender", "occupation", "genre", "decade"]);
    fields.extend(sequences);
    fields.extend(labels(tasks));
    let count = ratings.len();
    split_by(&table, by_user(fields), &|row| match 10 * row / count {
        0..8 => Part::Train,
        8 => Part::Valid,
        _ => Part::Test,
    })
}

fn values(names: &[&str]) -> Vec<FieldSchema> {
    names.iter().map(|name| CategoricalSchema::named(name)).collect()
}

fn labels(names: &[&str]) -> Vec<FieldSchema> {
    names.iter().map(|name| LabelSchema::named(name)).collect()
}

fn by_user(fields: Vec<FieldSchema>) -> Schema {
    Schema { group: Some("user".into()), ..Schema::new(fields) }
}

/// The films that a user has rated with at least so many stars before.
struct History {
    name: &'static str,
    least: u8,
    length: usize,
}

/// A table of ratings in their order, with what is known of user and film and with histories.
fn table(data: &MovieLens, ratings: &[Rating], histories: &[History]) -> Result<CsvSource, DataError> {
    let known = ["user", "item", "age", "gender", "occupation", "genre", "decade", "like", "love", "dislike"];
    let mut header = known.map(String::from).to_vec();
    for History { name, .. } in histories {
        header.extend([name.to_string(), format!("{name}_genres")]);
    }
    let mut table = csv::Writer::from_writer(Vec::new());
    let refuse = |reason: String| DataError::Decode { path: "ml-100k".into(), reason };
    let mut write = |row: &[String]| table.write_record(row).map_err(|error| refuse(error.to_string()));
    write(&header)?;
    // For each user and history the films so far, the latest last.
    let mut past: HashMap<u32, Vec<Vec<u32>>> = HashMap::new();
    let genre = |item: &u32| data.items.get(item).map_or("", |item| item.genre.as_str());
    for Rating { user, item, stars, .. } in ratings {
        let (Some(person), Some(film)) = (data.users.get(user), data.items.get(item)) else { continue };
        let flag = |is: bool| String::from(if is { "1" } else { "0" });
        let mut row = vec![
            user.to_string(),
            item.to_string(),
            (person.age / 10 * 10).to_string(),
            person.gender.clone(),
            person.occupation.clone(),
            film.genre.clone(),
            film.year.map(|year| (year / 10 * 10).to_string()).unwrap_or_default(),
            flag(*stars >= 4),
            flag(*stars == 5),
            flag(*stars <= 2),
        ];
        let past = past.entry(*user).or_insert_with(|| vec![Vec::new(); histories.len()]);
        for (History { least, length, .. }, films) in histories.iter().zip(past) {
            let last = &films[films.len().saturating_sub(*length)..];
            row.push(last.iter().map(u32::to_string).collect::<Vec<_>>().join("|"));
            row.push(last.iter().map(genre).collect::<Vec<_>>().join("|"));
            if stars >= least {
                films.push(*item);
            }
        }
        write(&row)?;
    }
    let text = table.into_inner().map_err(|error| refuse(error.to_string()))?;
    Ok(CsvSource::Memory { name: "ml-100k".into(), text: text.into() })
}
