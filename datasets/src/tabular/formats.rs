//! The schemas of two public click logs, which users bring themselves: pass one to [`split_csv`](super::split_csv) or
//! [`Encoder::fit`](super::Encoder::fit).

use super::schema::{CategoricalSchema, FieldSchema, LabelSchema, NumericSchema, Schema, Take};

/// Columns of Avazu's file besides `id`, `click` and `hour`.
const AVAZU: [&str; 21] = [
    "C1",
    "banner_pos",
    "site_id",
    "site_domain",
    "site_category",
    "app_id",
    "app_domain",
    "app_category",
    "device_id",
    "device_ip",
    "device_model",
    "device_type",
    "device_conn_type",
    "C14",
    "C15",
    "C16",
    "C17",
    "C18",
    "C19",
    "C20",
    "C21",
];

/// Criteo's display advertising challenge: tab-separated lines without a header, `label`, the counts `I1` to `I13` (in buckets of
/// `floor(ln(x)^2)`), the values `C1` to `C26`. Values that occur less than `min_count` times are unseen; 10 is usual.
pub fn criteo(min_count: u32) -> Schema {
    let numbers: Vec<String> = (1..=13).map(|at| format!("I{at}")).collect();
    let values: Vec<String> = (1..=26).map(|at| format!("C{at}")).collect();
    let mut fields = vec![LabelSchema::named("label")];
    fields.extend(numbers.iter().map(|name| {
        FieldSchema::Numeric(NumericSchema { name: name.clone(), squared_log: true, ..Default::default() })
    }));
    fields.extend(values.iter().map(|name| frequent(name, min_count)));
    let header = [vec!["label".to_string()], numbers, values].concat();
    Schema { delimiter: '\t', header: Some(header), ..Schema::new(fields) }
}

/// Avazu's click-through rate challenge: `train.csv` with its header. The `hour` (`YYMMDDHH`) becomes an hour of the day and a day of the
/// week, `id` is left out. Values that occur less than `min_count` times are unseen; 2 is usual.
pub fn avazu(min_count: u32) -> Schema {
    let time = |name: &str, take| {
        let (name, column) = (name.into(), Some("hour".into()));
        FieldSchema::Categorical(CategoricalSchema { name, column, take: Some(take), ..Default::default() })
    };
    let mut fields =
        vec![LabelSchema::named("click"), time("hour", Take::Hour), time("weekday", Take::Weekday)];
    fields.extend(AVAZU.iter().map(|name| frequent(name, min_count)));
    Schema::new(fields)
}

fn frequent(name: &str, min_count: u32) -> FieldSchema {
    let min_count = Some(min_count);
    FieldSchema::Categorical(CategoricalSchema { name: name.into(), min_count, ..Default::default() })
}
