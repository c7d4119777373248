//! The public click logs and tables, from small files in their formats.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;

use pyrarium_datasets::DataError;
use pyrarium_datasets::tabular::{
    ClickData, CsvSplit, Encoder, Schema, SplitBy, adult, formats, movielens, split_csv,
};
use support::{gzip, write};
use tempfile::tempdir;

fn message<T>(result: Result<T, DataError>) -> String {
    result.map(|_| ()).unwrap_err().to_string()
}

/// For a field of the first rows their values, by the encoder's vocabulary; `-` for entry 0.
fn values(encoder: &Encoder, samples: &pyrarium_datasets::Encoded, field: &str) -> Vec<String> {
    let fields = &encoder.layout().fields;
    let at = fields.iter().position(|other| other.name == field).unwrap();
    let column = samples.categorical.iter().skip(at).step_by(fields.len());
    column.map(|&id| value(encoder, at, id)).collect()
}

fn value(encoder: &Encoder, field: usize, id: u32) -> String {
    match id {
        0 => "-".into(),
        id => encoder.vocabulary(field).values()[id as usize - 1].into(),
    }
}

/// The items of part `part` of sequence `at` of a sample.
fn history(
    encoder: &Encoder,
    samples: &pyrarium_datasets::Encoded,
    at: usize,
    part: usize,
    sample: usize,
) -> Vec<String> {
    let layout = &encoder.layout().sequences[at];
    let parts = layout.fields.len();
    let ids = &samples.sequences[at].ids[sample * layout.length * parts..][..layout.length * parts];
    let length = samples.sequences[at].lengths[sample] as usize;
    assert!(ids[length * parts..].iter().all(|&id| id == 0));
    let ids = ids[..length * parts].iter().skip(part).step_by(parts);
    ids.map(|&id| value(encoder, layout.fields[part], id)).collect()
}

fn encode(schema: Schema, text: &str) -> (Encoder, pyrarium_datasets::Encoded) {
    let directory = tempdir().unwrap();
    let path = directory.path().join("log");
    fs::write(&path, text).unwrap();
    let encoder = Encoder::fit(schema, path.as_path()).unwrap();
    let samples = encoder.read(path.as_path()).unwrap();
    (encoder, samples)
}

#[test]
fn criteo_counts_fall_into_buckets_of_their_squared_logarithm() {
    let values_of = "c\t".repeat(25) + "c";
    let row = |label: u32, first: &str| format!("{label}\t{first}\t{}{values_of}\n", ["1\t"; 12].concat());
    // ln(3)^2 = 1.2, ln(10)^2 = 5.3, ln(1000)^2 = 47.7.
    let counts = ["", "-2", "0", "1", "2", "3", "10", "1000"];
    let text: String = counts.iter().map(|count| row(1, count)).collect();
    let (encoder, samples) = encode(formats::criteo(1), &text);
    assert_eq!(
        (encoder.layout().fields.len(), encoder.layout().tasks.as_slice()),
        (39, &["label".into()][..])
    );
    assert_eq!(values(&encoder, &samples, "I1"), ["-", "-2", "0", "1", "2", "1", "5", "47"]);
    assert_eq!(values(&encoder, &samples, "C26"), ["c"; 8]);
    assert_eq!(samples.labels, [1.0; 8]);
    let (encoder, _) = encode(formats::criteo(9), &text);
    let field =
        |name: &str| encoder.layout().fields.iter().find(|field| field.name == name).unwrap().vocab_size;
    // A value that occurs eight times is too rare; buckets are kept.
    assert_eq!((field("C1"), field("I1")), (1, 7));
}

#[test]
fn avazu_hours_are_split_in_two() {
    let others = (1..=21).map(|at| format!("x{at}")).collect::<Vec<_>>().join(",");
    let header = "id,click,hour,C1,banner_pos,site_id,site_domain,site_category,app_id,app_domain,app_category,device_id,\
                  device_ip,device_model,device_type,device_conn_type,C14,C15,C16,C17,C18,C19,C20,C21";
    let text = format!("{header}\n1,0,14102100,{others}\n2,1,14102623,{others}\n");
    let (encoder, samples) = encode(formats::avazu(2), &text);
    assert_eq!(encoder.layout().fields.len(), 23);
    assert_eq!(values(&encoder, &samples, "hour"), ["0", "23"]);
    // A Tuesday and a Sunday.
    assert_eq!(values(&encoder, &samples, "weekday"), ["1", "6"]);
    assert_eq!(values(&encoder, &samples, "C21"), ["x21", "x21"]);
    assert_eq!(samples.labels, [0.0, 1.0]);
    let directory = tempdir().unwrap();
    let path = directory.path().join("train.csv");
    fs::write(&path, text.replace("14102623", "2014-10-26")).unwrap();
    let text = message(Encoder::fit(formats::avazu(1), path.as_path()));
    let expected = "line 3, column `hour`: `2014-10-26`, allowed is a point in time as YYMMDDHH";
    assert!(text.ends_with(expected), "{text}");
    let split = CsvSplit { valid: 0.3, test: 0.3, by: SplitBy::Order, seed: 0 };
    assert!(message(split_csv(path, formats::avazu(1), &split)).ends_with(expected));
}

#[test]
fn adult_is_read_with_and_without_names() {
    let row = |at: usize| {
        let (age, work) = (20 + at, if at == 3 { "?" } else { "Private" });
        let income = [">50K", "<=50K"][at % 2];
        format!(
            "{age}, {work}, 1, HS-grad, 9, Divorced, Sales, Wife, White, Male, 0, 0, 40, Cuba, {income}\n"
        )
    };
    let rows: String = (0..20).map(row).collect();
    let names = "age, workclass, fnlwgt, education, education-num, marital-status, occupation, relationship, race, sex, \
                 capital-gain, capital-loss, hours-per-week, native-country, Salary\n";
    let read = |text: &str| {
        let directory = tempdir().unwrap();
        fs::write(directory.path().join("adult.data"), text).unwrap();
        adult(directory.path())
    };
    let (encoder, data) = read(&format!("{names}{rows}\n")).unwrap();
    assert_eq!([data.train.len(), data.valid.len(), data.test.len()], [14, 2, 4]);
    assert_eq!((data.layout.fields.len(), data.layout.numeric.len()), (8, 5));
    assert_eq!(data.layout.tasks, ["income"]);
    assert_eq!(values(&encoder, &data.train, "workclass")[2..5], ["Private", "-", "Private"]);
    assert_eq!(data.train.labels[..3], [1.0, 0.0, 1.0]);
    // Ages 20 to 33 have mean 26.5; a number that never changes is 0.
    assert!((data.train.numeric[0] + data.train.numeric[13 * 5]).abs() < 1e-6);
    assert!(data.train.numeric[0] < -1.0 && data.train.numeric[1] == 0.0);
    assert_eq!(read(&rows).unwrap().1, data);
    let text = message(read(&rows.replacen(">50K", "50K", 1)));
    let expected =
        "line 1, column `income`: `50K`, allowed is <=50K, <=50K. (for 0), >50K, >50K. (for 1) or nothing";
    assert!(text.ends_with(expected), "{text}");
    let text = message(adult(Path::new("absent")));
    assert_eq!(text, "the table of Adult not found, looked for absent/adult.data");
}

/// The ratings of two users, as user, film, stars and time; user 1's film `k` comes at time `100 + k`.
fn ratings() -> Vec<[u32; 4]> {
    // Stars 5, 4, 3, 2, 1, 5, 4, 3, 2, 1 of user 1, then 20 ratings of user 2, some at equal times.
    let first = (1..=10).map(|film| [1, film, 5 - (film - 1) % 5, 100 + film]);
    let second = (1..=20).map(|film| [2, film, 1 + film % 5, 105 + film / 2]);
    // Neither file is in the order of time.
    first.chain(second).rev().collect()
}

fn write_original(directory: &Path) {
    let ratings: String = ratings().iter().map(|[u, i, s, t]| format!("{u}\t{i}\t{s}\t{t}\n")).collect();
    write(&directory.join("u.data"), ratings.as_bytes());
    write(&directory.join("u.user"), b"1|24|M|technician|85711\n2|53|F|other|94043\n");
    let film = |film: usize| {
        let flags: Vec<&str> = (0..19).map(|genre| if genre % 3 == film % 3 { "1" } else { "0" }).collect();
        let title: &[u8] = if film == 4 { b"Caf\xe9 (1995) (V)" } else { b"A (Film) (1987)" };
        [format!("{film}|").as_bytes(), title, b"|01-Jan-1995||http://x|", flags.join("|").as_bytes(), b"\n"]
            .concat()
    };
    write(&directory.join("u.item"), &(1..=20).flat_map(film).collect::<Vec<u8>>());
}

fn write_recbole(directory: &Path) {
    let ratings: String = ratings().iter().map(|[u, i, s, t]| format!("{u}\t{i}\t{s}\t{t}\n")).collect();
    let header = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n";
    write(&directory.join("ml-100k.inter"), format!("{header}{ratings}").as_bytes());
    let users = "user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token\n\
                 1\t24\tM\ttechnician\t85711\n2\t53\tF\tother\t94043\n";
    write(&directory.join("ml-100k.user"), users.as_bytes());
    let genres = ["unknown Animation Crime", "Action Children's", "Adventure Comedy"];
    let film = |film: usize| {
        let (title, year) = if film == 4 { ("Café (1995)", "V") } else { ("A (Film)", "1987") };
        format!("{film}\t{title}\t{year}\t{}\n", genres[film % 3])
    };
    let header = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n";
    let films: String = (1..=20).map(film).collect();
    write(&directory.join("ml-100k.item"), format!("{header}{films}").as_bytes());
}

type Reader = fn(&Path) -> Result<(Encoder, ClickData), DataError>;
const READERS: [Reader; 3] = [movielens::din, movielens::finalmlp, movielens::dtrn];

#[test]
fn both_forms_of_movielens_give_the_same() {
    let (original, recbole) = (tempdir().unwrap(), tempdir().unwrap());
    write_original(original.path());
    write_recbole(&recbole.path().join("ml-100k"));
    for read in READERS {
        let (first, second) = (read(original.path()).unwrap(), read(recbole.path()).unwrap());
        assert_eq!(first.0, second.0);
        assert_eq!(first.1, second.1);
        let ClickData { layout, counts, train, valid, test } = first.1;
        assert_eq!(ClickData::new(layout, train, valid, test).unwrap().counts, counts);
    }
    let data = fs::read(original.path().join("u.data")).unwrap();
    fs::write(original.path().join("u.data"), gzip(&data)).unwrap();
    assert!(movielens::din(original.path()).is_ok());
}

#[test]
fn a_history_holds_what_a_user_liked_before() {
    let directory = tempdir().unwrap();
    write_original(directory.path());
    let (encoder, data) = movielens::din(directory.path()).unwrap();
    // Of 10 and 20 ratings: 7 + 14 for training, 1 + 2 for validation, 2 + 4 for testing.
    assert_eq!([data.train.len(), data.valid.len(), data.test.len()], [21, 3, 6]);
    assert_eq!(values(&encoder, &data.train, "user")[..8], ["1", "1", "1", "1", "1", "1", "1", "2"]);
    assert_eq!(values(&encoder, &data.train, "item")[..7], ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(data.train.labels[..7], [1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
    assert!(history(&encoder, &data.train, 0, 0, 0).is_empty());
    assert_eq!(history(&encoder, &data.train, 0, 0, 1), ["1"]);
    assert_eq!(history(&encoder, &data.train, 0, 0, 6), ["1", "2", "6"]);
    assert_eq!(history(&encoder, &data.train, 0, 1, 6), ["Action", "Adventure", "unknown"]);
    // The second film of user 1's test part; film 9 was in it, too, but not liked.
    assert_eq!(history(&encoder, &data.test, 0, 0, 1), ["1", "2", "6", "7"]);
    // User 2 rates film f at 105 + f / 2 with 1 + f % 5 stars: at equal times the lower number comes first.
    assert_eq!(values(&encoder, &data.train, "item")[7..11], ["1", "2", "3", "4"]);
    assert_eq!(history(&encoder, &data.train, 0, 0, 7 + 9), ["3", "4", "8", "9"]);
    assert_eq!(data.train.groups, [vec![0; 7], vec![1; 14]].concat());
    assert_eq!(data.test.groups, [0, 0, 1, 1, 1, 1]);
}

#[test]
fn fields_and_three_histories_are_split_by_time() {
    let directory = tempdir().unwrap();
    write_original(directory.path());
    let (encoder, data) = movielens::finalmlp(directory.path()).unwrap();
    assert_eq!([data.train.len(), data.valid.len(), data.test.len()], [24, 3, 3]);
    let names: Vec<&str> = data.layout.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["user", "item", "age", "gender", "occupation", "genre", "decade"]);
    // Times 101 to 105 are user 1's first five films, at 105 comes user 2's first.
    assert_eq!(values(&encoder, &data.train, "user")[..7], ["1", "1", "1", "1", "1", "2", "1"]);
    assert_eq!(values(&encoder, &data.train, "decade")[..5], ["1980", "1980", "1980", "-", "1980"]);
    assert_eq!(values(&encoder, &data.train, "age")[4..6], ["20", "50"]);
    assert_eq!(values(&encoder, &data.train, "genre")[..3], ["Action", "Adventure", "unknown"]);
    // The last three ratings are of films that nobody has rated before.
    assert_eq!(values(&encoder, &data.test, "item"), ["-", "-", "-"]);

    let (encoder, data) = movielens::dtrn(directory.path()).unwrap();
    assert_eq!(data.layout.tasks, ["like", "love", "dislike"]);
    assert_eq!(data.train.labels[..15], [1., 1., 0., 1., 0., 0., 0., 0., 0., 0., 0., 1., 0., 0., 1.]);
    let histories = |sample: usize| [0, 1, 2].map(|at| history(&encoder, &data.train, at, 0, sample));
    assert_eq!(histories(4), [vec!["1", "2", "3", "4"], vec!["1", "2"], vec!["1"]]);
    let lengths: Vec<usize> = data.layout.sequences.iter().map(|sequence| sequence.length).collect();
    assert_eq!(lengths, [20, 20, 20]);
}

#[test]
fn movielens_files_that_are_damaged() {
    let directory = tempdir().unwrap();
    let text = message(movielens::din(directory.path()));
    assert!(
        text.starts_with("the ratings of MovieLens-100K not found, looked for") && text.contains("u.data"),
        "{text}"
    );
    for (file, from, to, problem) in [
        ("u.data", "1\t10\t1\t110", "1\t10\t6\t110", "line 21, column `3`: `6`, allowed is 1 to 5"),
        ("u.data", "1\t10\t1\t110", "1\t10\t1", "line 21: 3 cells, but there are 4 columns"),
        ("u.data", "1\t10\t1\t110", "x\t10\t1\t110", "line 21, column `1`: `x`, allowed is a whole number"),
        ("u.data", "1\t10\t1\t110", "3\t10\t1\t110", "u.data: user 3 has a rating, but no line of its own"),
        ("u.user", "1|24|M", "1||M", "line 1, column `2`: ``, allowed is a whole number"),
    ] {
        write_original(directory.path());
        let path = directory.path().join(file);
        fs::write(&path, fs::read_to_string(&path).unwrap().replace(from, to)).unwrap();
        let text = message(movielens::finalmlp(directory.path()));
        assert!(text.ends_with(problem), "{text}");
    }
    let directory = tempdir().unwrap();
    write_recbole(directory.path());
    let path = directory.path().join("ml-100k.inter");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("rating:float", "ratings:float")).unwrap();
    let text = message(movielens::din(directory.path()));
    assert!(text.contains("ml-100k.inter: column `rating` not found; did you mean `ratings`?"), "{text}");
}
