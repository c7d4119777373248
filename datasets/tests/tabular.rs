//! Files of samples: what a schema makes of them, and each way to fail with the message that the user sees.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use pyrarium_datasets::DataError;
use pyrarium_datasets::tabular::{
    ClickData, CsvParts, CsvSplit, Encoded, Encoder, Schema, SplitBy, split_csv,
};
use support::gzip;
use tempfile::{TempDir, tempdir};

const SCHEMA: &str = r#"
group = "user"
missing = ["?"]

[[fields]]
kind = "categorical"
name = "user"

[[fields]]
kind = "categorical"
name = "item"
min_count = 2

[[fields]]
kind = "categorical"
name = "last"
shares = "item"

[[fields]]
kind = "numeric"
name = "age"

[[fields]]
kind = "numeric"
name = "stage"
column = "age"
bounds = [18, 30]

[[fields]]
kind = "sequence"
name = "history"
uses = ["item"]
length = 3

[[fields]]
kind = "label"
name = "click"

[[fields]]
kind = "label"
name = "like"
"#;

/// Item `a` occurs five times, `b` three times, `d` twice, `c` once.
const ROWS: &str = "\
unused,user,item,last,age,history,click,like
x,u1,a,b,10,a|b,1,
x,u2,a,?,30,,0,1
x,u1,\"d\",a,20,c|d|b|a,1,0.0
";

fn schema() -> Schema {
    Schema::parse(SCHEMA, "schema.toml").unwrap()
}

fn file(text: &str) -> (TempDir, PathBuf) {
    let directory = tempdir().unwrap();
    let path = directory.path().join("events.csv");
    fs::write(&path, text).unwrap();
    (directory, path)
}

fn message<T>(result: Result<T, DataError>) -> String {
    result.map(|_| ()).unwrap_err().to_string()
}

/// The message about a file, without the directory.
fn about(text: &str) -> String {
    let (directory, path) = file(text);
    let message = message(Encoder::fit(schema(), path));
    message.replace(directory.path().to_str().unwrap(), "").trim_start_matches('/').to_string()
}

#[test]
fn rows_become_numbers() {
    let (_directory, path) = file(ROWS);
    let encoder = Encoder::fit(schema(), path.as_path()).unwrap();
    let layout = encoder.layout();
    let fields: Vec<_> = layout.fields.iter().map(|f| (f.name.as_str(), f.vocab_size, f.shares)).collect();
    // c occurs once, and the history keeps the last three items only.
    assert_eq!(fields, [("user", 3, None), ("item", 4, None), ("last", 4, Some(1)), ("stage", 4, None)]);
    assert_eq!(layout.numeric, ["age"]);
    assert_eq!((layout.sequences[0].length, layout.sequences[0].fields.as_slice()), (3, &[1][..]));
    assert_eq!(layout.tasks, ["click", "like"]);
    assert_eq!(encoder.vocabulary(2).values(), ["a", "b", "d"]);

    let samples = encoder.read(path.as_path()).unwrap();
    layout.check(&samples, "samples").unwrap();
    assert_eq!(samples.categorical, [1, 1, 2, 1, 2, 1, 0, 3, 1, 3, 1, 2]);
    // Mean 20, deviation sqrt(200 / 3).
    let scale = (200.0_f32 / 3.0).sqrt();
    for (found, expected) in samples.numeric.iter().zip([-10.0 / scale, 10.0 / scale, 0.0]) {
        assert!((found - expected).abs() < 1e-6);
    }
    assert_eq!(samples.sequences[0].ids, [1, 2, 0, 0, 0, 0, 3, 2, 1]);
    assert_eq!(samples.sequences[0].lengths, [2, 0, 3]);
    assert_eq!(samples.labels[..2].iter().map(|y| y.is_nan()).collect::<Vec<_>>(), [false, true]);
    assert_eq!([samples.labels[0], samples.labels[2], samples.labels[3]], [1.0, 0.0, 1.0]);
    assert_eq!(samples.labels[4..], [1.0, 0.0]);
    assert_eq!(samples.groups, [0, 1, 0]);
    // Each entry counts once a sample; padding and missing histories do not.
    assert_eq!(encoder.counts(), [vec![0, 2, 1], vec![1, 3, 2, 1], vec![], vec![0, 1, 1, 1]]);
}

#[test]
fn new_rows_are_encoded_as_the_training_rows_were() {
    let (_directory, path) = file(ROWS);
    let encoder = Encoder::fit(schema(), path.as_path()).unwrap();
    // Another order of the columns, no labels, no user, unseen values.
    let (_other, new) = file("item,last,age,history,user\nb,z,?,z|a,u9\n");
    let mut chunks = encoder.chunks_without_labels(new.as_path(), 10).unwrap();
    let samples = chunks.next().unwrap().unwrap();
    assert!(chunks.next().is_none());
    assert_eq!(samples.categorical, [0, 2, 0, 0]);
    assert_eq!((samples.numeric, samples.groups.len()), (vec![0.0], 0));
    assert_eq!(samples.sequences[0].ids, [0, 1, 0]);
    assert_eq!(samples.sequences[0].lengths, [2]);
    assert!(samples.labels.len() == 2 && samples.labels.iter().all(|y| y.is_nan()));
    assert!(message(encoder.read(new)).contains("column `click` not found"));
}

#[test]
fn an_encoder_is_saved_and_loaded() {
    let (_directory, path) = file(ROWS);
    let encoder = Encoder::fit(schema(), path.as_path()).unwrap();
    let text = toml::to_string(&encoder).unwrap();
    let loaded: Encoder = toml::from_str(&text).unwrap();
    assert_eq!(loaded, encoder);
    let (a, b) = (loaded.read(path.as_path()).unwrap(), encoder.read(path).unwrap());
    assert_eq!((a.categorical, a.numeric, a.sequences), (b.categorical, b.numeric, b.sequences));
    let damaged = text.replace("[\"u1\", \"u2\"]", "[\"u1\", \"u2\", \"u3\"]");
    assert_ne!(damaged, text);
    let error = toml::from_str::<Encoder>(&damaged).unwrap_err().to_string();
    assert!(error.contains("counts are not those of its vocabularies"), "{error}");
}

/// 10,000 rows with a history of up to 4 items.
fn many_rows() -> String {
    let mut text = String::from("user,item,last,age,history,click,like\n");
    for row in 0..10_000_u32 {
        let item = |k: u32| (row.wrapping_mul(2_654_435_761).wrapping_add(k * 40_503) >> 8) % 500;
        let history: Vec<String> = (0..row % 5).map(|k| format!("i{}", item(k + 2))).collect();
        let (user, click, like) = (row % 97, item(7) % 2, ["0", "1", ""][row as usize % 3]);
        let cells =
            format!("u{user},i{},i{},{},{},{click},{like}", item(0), item(1), row % 60, history.join("|"));
        writeln!(text, "{cells}").unwrap();
    }
    text
}

#[test]
fn a_file_in_pieces_is_the_file_in_one_piece() {
    let text = many_rows();
    let (directory, path) = file(&text);
    let encoder = Encoder::fit(schema(), path.as_path()).unwrap();
    let whole: Vec<Encoded> =
        encoder.chunks(path.as_path(), usize::MAX).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!((whole.len(), whole[0].len()), (1, 10_000));
    encoder.layout().check(&whole[0], "rows").unwrap();
    assert_eq!(encoder.counts(), encoder.layout().counts(&whole[0]));
    for rows in [1, 999, 5000] {
        let mut all = Encoded::empty(1);
        for piece in encoder.chunks(path.as_path(), rows).unwrap() {
            let piece = piece.unwrap();
            assert!(piece.len() <= rows);
            all.append(&piece);
        }
        assert_same(&all, &whole[0]);
    }
    let packed = directory.path().join("events.csv.gz");
    fs::write(&packed, gzip(text.as_bytes())).unwrap();
    assert_eq!(Encoder::fit(schema(), packed.as_path()).unwrap(), encoder);
    assert_same(&encoder.read(packed).unwrap(), &whole[0]);
}

/// Equal, where a missing label equals a missing one.
fn assert_same(a: &Encoded, b: &Encoded) {
    let bits = |samples: &Encoded| samples.labels.iter().map(|y| y.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(a), bits(b));
    let without = |samples: &Encoded| {
        let mut samples = samples.clone();
        samples.labels.clear();
        samples
    };
    assert_eq!(without(a), without(b));
}

#[test]
fn a_file_is_split_without_looking_at_what_is_held_out() {
    let (_directory, path) = file(&many_rows());
    let split = CsvSplit { valid: 0.1, test: 0.2, by: SplitBy::Order, seed: 0 };
    let (encoder, data) = split_csv(path.as_path(), schema(), &split).unwrap();
    assert_eq!([data.train.len(), data.valid.len(), data.test.len()], [7000, 1000, 2000]);
    let whole = encoder.read(path.as_path()).unwrap();
    assert_same(&data.valid, &whole.select(&(7000..8000).collect::<Vec<_>>()));
    assert_eq!(data.counts, data.layout.counts(&data.train));
    assert_same(&data.train, &whole.select(&(0..7000).collect::<Vec<_>>()));
    let copy = data.clone();
    ClickData::new(copy.layout, copy.train, copy.valid, copy.test).unwrap();

    // The same, with the training rows read piece by piece.
    let parts = CsvParts::open(path.as_path(), schema(), &split).unwrap();
    assert_eq!((parts.encoder(), parts.train_rows()), (&encoder, 7000));
    let mut train = Encoded::empty(1);
    let sizes: Vec<usize> = parts
        .train_chunks(3000)
        .unwrap()
        .map(|piece| {
            train.append(piece.as_ref().unwrap());
            piece.unwrap().len()
        })
        .collect();
    assert_eq!(sizes, [3000, 3000, 1000]);
    assert_same(&train, &whole.select(&(0..7000).collect::<Vec<_>>()));
    let again = CsvParts::with_encoder(path.as_path(), encoder, &split).unwrap();
    for parts in [parts, again] {
        assert_same(parts.valid(), &data.valid);
        assert_same(parts.test(), &data.test);
    }

    let random = CsvSplit { by: SplitBy::Random, ..split };
    let (_, data) = split_csv(path.as_path(), schema(), &random).unwrap();
    assert_eq!(data.train.len() + data.valid.len() + data.test.len(), 10_000);
    // Four standard deviations are 160.
    assert!(data.test.len().abs_diff(2000) < 160 && data.valid.len().abs_diff(1000) < 160);
    let (_, other) = split_csv(path.as_path(), schema(), &CsvSplit { seed: 1, ..random }).unwrap();
    assert_ne!(other.test.categorical, data.test.categorical);

    let message = message(split_csv(path, schema(), &CsvSplit { valid: 0.5, test: 0.5, ..split }));
    assert!(message.contains("shares 0.5 and 0.5: both must be above 0, their sum below 1"), "{message}");
    let (_directory, path) = file(ROWS);
    let text = message_of(split_csv(path, schema(), &split));
    assert_eq!(text, "split into training, validation and test: no row of 3 is for validation");
}

fn message_of<T>(result: Result<T, DataError>) -> String {
    message(result)
}

#[test]
fn cells_that_their_column_does_not_hold() {
    let row = |cells: &str| about(&format!("user,item,last,age,history,click,like\n{cells}\n"));
    assert_eq!(row("u,a,a,old,a,1,1"), "events.csv: line 2, column `age`: `old`, allowed is a finite number");
    assert_eq!(row("u,a,a,inf,a,1,1"), "events.csv: line 2, column `age`: `inf`, allowed is a finite number");
    let (directory, path) = file(ROWS);
    let encoder = Encoder::fit(schema(), path.as_path()).unwrap();
    fs::write(&path, ROWS.replace("a|b,1,", "a|b,2,")).unwrap();
    for text in [message(encoder.read(path.as_path())), message(Encoder::fit(schema(), path.as_path()))] {
        let expected =
            "events.csv: line 2, column `click`: `2`, allowed is 0, 0.0 (for 0), 1, 1.0 (for 1) or nothing";
        assert!(text.ends_with(expected), "{text}");
        assert!(text.starts_with(directory.path().to_str().unwrap()), "{text}");
    }
}

#[test]
fn files_that_are_no_table() {
    assert_eq!(about(""), "events.csv: line 1: there is no header, the file is empty");
    let header = "user,item,last,age,history,click,like\n";
    assert_eq!(about(header), "events.csv: line 2: there is no row of data");
    let text = about(&format!("{header}u,a,a,1,a,1,1\nu,a,a\n"));
    assert_eq!(text, "events.csv: line 3: 3 cells, but there are 7 columns");
    assert_eq!(about("user,item,user\n"), "events.csv: line 1: two columns are called `user`");
    let text = about("user,itm,last,age,history,click,like\nu,a,a,1,a,1,1\n");
    assert_eq!(
        text,
        "events.csv: column `item` not found; did you mean `itm`?; columns: user, itm, last, age, history, click, like"
    );
    let directory = tempdir().unwrap();
    let absent = directory.path().join("absent.csv");
    assert!(message(Encoder::fit(schema(), absent.as_path())).starts_with(absent.to_str().unwrap()));
    let latin = directory.path().join("latin.csv");
    fs::write(&latin, [header.as_bytes(), b"u,caf\xe9,a,1,a,1,1\n"].concat()).unwrap();
    let text = message(Encoder::fit(schema(), latin));
    assert!(text.ends_with("latin.csv: line 2: cell 2 is no UTF-8"), "{text}");
}

#[test]
fn a_row_without_an_end_is_not_held_in_memory() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("open.csv.gz");
    let text = [b"user,item,last,age,history,click,like\n\"".to_vec(), vec![b'\n'; 1 << 25]].concat();
    fs::write(&path, gzip(&text)).unwrap();
    let text = message(Encoder::fit(schema(), path));
    assert!(text.contains("a row of more than 16777216 bytes, is a quotation mark not closed?"), "{text}");
}

#[test]
fn parts_of_a_sequence_are_equally_long() {
    let text = SCHEMA.replace(
        "uses = [\"item\"]",
        "columns = [\"history\", \"users\"]\nuses = [\"item\", \"user\"]\nseparator = \" \"",
    );
    let schema = Schema::parse(&text, "schema.toml").unwrap();
    let header = "user,item,last,age,history,users,click,like";
    let (_directory, path) = file(&format!("{header}\nu,a,a,1,a b a a,u v u u,1,1\n"));
    let samples = Encoder::fit(schema.clone(), path.as_path()).unwrap().read(path.as_path()).unwrap();
    // Of `a b a a` and `u v u u` the last three; everything but `a` is too rare for the items' vocabulary.
    assert_eq!(samples.sequences[0].ids, [0, 2, 1, 1, 1, 1]);
    fs::write(&path, format!("{header}\nu,a,a,1,a b a,u v,1,1\n")).unwrap();
    let text = message(Encoder::fit(schema, path));
    assert!(
        text.ends_with("line 2, column `users`: `u v`, allowed is a list of 3 items, as in column `history`"),
        "{text}"
    );
}

#[test]
fn schemas_that_do_not_fit_together() {
    let refused = |from: &str, to: &str| {
        assert!(SCHEMA.contains(from));
        message(Schema::parse(&SCHEMA.replace(from, to), "schema.toml"))
    };
    for (from, to, problem) in [
        ("name = \"user\"", "name = \"item\"", "two fields are called `item`"),
        ("min_count = 2", "min_count = 0", "field `item`: min_count = 0: must be at least 1"),
        (
            "shares = \"item\"",
            "shares = \"itm\"",
            "field `last`: shares = \"itm\": must be a field of kind `categorical`; did you mean `item`?",
        ),
        ("shares = \"item\"", "shares = \"last\"", "shares = \"last\", which itself shares"),
        ("shares = \"item\"", "shares = \"age\"", "shares = \"age\": must be a field of kind `categorical`"),
        ("bounds = [18, 30]", "bounds = [30, 18]", "bounds = [30.0, 18.0]: must be finite and increasing"),
        ("bounds = [18, 30]", "bounds = []", "must be finite and increasing, at least one"),
        ("length = 3", "length = 0", "field `history`: length = 0: must be between 1 and 65536"),
        ("length = 3", "length = 3\nseparator = \",\"", "must not be the delimiter"),
        (
            "uses = [\"item\"]",
            "uses = [\"item\", \"user\"]",
            "uses 2 fields for 1 columns: must be one a column",
        ),
        (
            "uses = [\"item\"]",
            "uses = [\"click\"]",
            "uses = \"click\": must be a field of kind `categorical`",
        ),
        ("kind = \"label\"", "kind = \"labels\"", "unknown variant `labels`, expected one of"),
        ("min_count", "mincount", "unknown field `mincount`, expected one of `name`, `column`, `min_count`"),
        ("group =", "groups =", "unknown field `groups`, expected one of `delimiter`"),
        ("length = 3", "", "missing field `length`"),
    ] {
        let text = refused(from, to);
        assert!(text.starts_with("schema.toml: ") && text.contains(problem), "{text}");
    }
    let fields = "[[fields]]\nkind = \"categorical\"\nname = \"item\"\n";
    let text = message(Schema::parse(fields, "schema.toml"));
    assert_eq!(text, "schema.toml: there is no field of kind `label`");
    assert!(message(Schema::read(Path::new("absent.toml"))).starts_with("absent.toml: "));
}
