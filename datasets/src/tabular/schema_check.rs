//! Whether the fields of a schema fit together.

use super::schema::{CategoricalSchema, FieldSchema, NumericSchema, Schema, SequenceSchema};
use crate::nearest;

/// The most items of a sequence.
const LONGEST: usize = 1 << 16;

/// The first thing that is wrong with a schema.
pub(crate) fn check(schema: &Schema) -> Option<String> {
    if !schema.delimiter.is_ascii() {
        return Some(format!("delimiter `{}`: must be an ASCII character", schema.delimiter));
    }
    let names: Vec<&str> = schema.fields.iter().map(FieldSchema::name).collect();
    if let Some(twice) = first_twice(&names) {
        return Some(format!("two fields are called `{twice}`"));
    }
    if schema.labels().next().is_none() {
        return Some("there is no field of kind `label`".into());
    }
    if schema.labels().count() == schema.fields.len() {
        return Some("there is nothing to predict the label from, only fields of kind `label`".into());
    }
    if let Some(twice) = schema.header.as_deref().and_then(|header| first_twice(header)) {
        return Some(format!("two columns of the header are called `{twice}`"));
    }
    schema.fields.iter().find_map(|field| match field {
        FieldSchema::Categorical(field) => categorical(schema, field),
        FieldSchema::Numeric(field) => numeric(field),
        FieldSchema::Sequence(field) => sequence(schema, field),
        FieldSchema::Label(field) => {
            let both = field.positive.iter().find(|cell| field.negative.contains(cell));
            both.map(|cell| format!("label `{}`: `{cell}` cannot mean both 1 and 0", field.name))
        }
    })
}

/// The first name that occurs again.
pub(crate) fn first_twice<S: AsRef<str>>(names: &[S]) -> Option<&str> {
    let mut names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

fn categorical(schema: &Schema, field: &CategoricalSchema) -> Option<String> {
    let name = &field.name;
    if field.min_count == Some(0) {
        return Some(format!("field `{name}`: min_count = 0: must be at least 1"));
    }
    let shares = field.shares.as_deref()?;
    if field.min_count.is_some() {
        return Some(format!("field `{name}`: min_count belongs to `{shares}`, whose vocabulary it shares"));
    }
    match with_vocabulary(schema, name, "shares", shares) {
        Ok(other) if other.shares.is_some() => Some(format!(
            "field `{name}`: shares = \"{shares}\", which itself shares; name the field that does not"
        )),
        Ok(other) if other.name == *name => Some(format!("field `{name}`: shares with itself")),
        Ok(_) => None,
        Err(problem) => Some(problem),
    }
}

/// The categorical field called `other`, which `key` of `name` refers to.
fn with_vocabulary<'a>(
    schema: &'a Schema,
    name: &str,
    key: &str,
    other: &str,
) -> Result<&'a CategoricalSchema, String> {
    let fields = || {
        schema.fields.iter().filter_map(|field| match field {
            FieldSchema::Categorical(field) => Some(field),
            _ => None,
        })
    };
    fields().find(|field| field.name == other).ok_or_else(|| {
        let suggestion = nearest(other, fields().map(|field| field.name.as_str()));
        let suggestion = suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        format!("field `{name}`: {key} = \"{other}\": must be a field of kind `categorical`{suggestion}")
    })
}

fn numeric(field: &NumericSchema) -> Option<String> {
    let name = &field.name;
    let bounds = field.bounds.as_deref()?;
    if field.squared_log {
        return Some(format!("field `{name}`: bounds and squared_log exclude each other"));
    }
    let increasing = bounds.windows(2).all(|pair| pair[0] < pair[1]);
    if bounds.is_empty() || !increasing || !bounds.iter().all(|bound| bound.is_finite()) {
        return Some(format!(
            "field `{name}`: bounds = {bounds:?}: must be finite and increasing, at least one"
        ));
    }
    None
}

fn sequence(schema: &Schema, field: &SequenceSchema) -> Option<String> {
    let SequenceSchema { name, uses, length, separator, .. } = field;
    if !(1..=LONGEST).contains(length) {
        return Some(format!("field `{name}`: length = {length}: must be between 1 and {LONGEST}"));
    }
    let columns = field.columns().len();
    if uses.is_empty() || uses.len() != columns {
        return Some(format!(
            "field `{name}`: uses {} fields for {columns} columns: must be one a column",
            uses.len()
        ));
    }
    if *separator == schema.delimiter {
        return Some(format!(
            "field `{name}`: separator `{separator}`: must not be the delimiter of the file"
        ));
    }
    uses.iter().find_map(|other| with_vocabulary(schema, name, "uses", other).err())
}
