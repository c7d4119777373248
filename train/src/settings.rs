//! Settings of a job, resolved in this order: defaults in code, a TOML file, `key=value` pairs.
//!
//! The table of defaults is also the schema: a key that it lacks is refused with the nearest valid key, a value of
//! another type is refused with the type that is allowed. So every setting has a default, and "off" is a value (0).

use std::path::Path;

use pyrarium_layers::ConfigError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::Error;
use crate::files::read_text;

/// The settings as a table, for printing, comparing and overriding.
pub fn to_table(settings: &impl Serialize) -> Result<Table, Error> {
    Table::try_from(settings)
        .map_err(|error| Error::Usage(format!("settings cannot be written as TOML: {error}")))
}

/// The typed settings held by a resolved table.
///
/// # Errors
/// A value that its type does not allow, an unknown variant of a choice for example.
pub fn from_table<S: DeserializeOwned>(table: &Table) -> Result<S, Error> {
    serde_path_to_error::deserialize(table.clone()).map_err(|error| {
        let key = error.path().to_string();
        Error::Usage(format!("setting {key}: {}", first_line(error.inner())))
    })
}

/// Overrides `settings` with those of a TOML file, then with `key=value` pairs, in that order.
pub fn resolve(mut settings: Table, file: Option<&Path>, pairs: &[String]) -> Result<Table, Error> {
    if let Some(path) = file {
        let overrides: Table = read_text(path)?.parse().map_err(|error| {
            Error::Usage(format!("{} is not TOML: {}", path.display(), first_line(&error)))
        })?;
        merge(&mut settings, overrides)?;
    }
    for pair in pairs {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            Error::Usage(format!("--set {pair:?}: must be key=value, as in --set epochs=10"))
        })?;
        set(&mut settings, key.trim(), value.trim())?;
    }
    Ok(settings)
}

/// The dotted keys whose values differ between two resolved tables of the same system.
pub fn differences(one: &Table, other: &Table) -> Vec<String> {
    keys(one).into_iter().filter(|key| lookup(one, key) != lookup(other, key)).collect()
}

/// All dotted keys of a table.
pub fn keys(table: &Table) -> Vec<String> {
    let nested = |(key, value): (&String, &Value)| match value {
        Value::Table(inner) => keys(inner).into_iter().map(|rest| format!("{key}.{rest}")).collect(),
        _ => vec![key.clone()],
    };
    table.iter().flat_map(nested).collect()
}

/// The value of a dotted key.
pub fn lookup<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        Some((head, rest)) => table.get(head)?.as_table().and_then(|inner| lookup(inner, rest)),
        None => table.get(key),
    }
}

fn lookup_mut<'a>(table: &'a mut Table, key: &str) -> Option<&'a mut Value> {
    match key.split_once('.') {
        Some((head, rest)) => table.get_mut(head)?.as_table_mut().and_then(|inner| lookup_mut(inner, rest)),
        None => table.get_mut(key),
    }
}

fn merge(settings: &mut Table, overrides: Table) -> Result<(), Error> {
    for key in keys(&overrides) {
        let value = lookup(&overrides, &key).cloned();
        let known = keys(settings);
        match (lookup_mut(settings, &key), value) {
            (Some(slot), Some(value)) => assign(slot, &key, value)?,
            _ => return Err(Error::unknown("setting", &key, known)),
        }
    }
    Ok(())
}

fn set(settings: &mut Table, key: &str, text: &str) -> Result<(), Error> {
    let known = keys(settings);
    let slot = lookup_mut(settings, key).ok_or_else(|| Error::unknown("setting", key, known))?;
    let value = match slot {
        Value::String(_) if !text.starts_with(['"', '\'']) => Value::String(text.to_string()),
        _ => parse_value(text).ok_or_else(|| ConfigError::new(key, text, kind(slot)))?,
    };
    assign(slot, key, value)
}

fn assign(slot: &mut Value, key: &str, value: Value) -> Result<(), Error> {
    let value = match (&*slot, value) {
        (Value::Float(_), Value::Integer(integer)) => Value::Float(integer as f64),
        (_, value) => value,
    };
    if slot.is_table() || !slot.same_type(&value) {
        return Err(ConfigError::new(key, &value, kind(slot)).into());
    }
    *slot = value;
    Ok(())
}

fn parse_value(text: &str) -> Option<Value> {
    format!("value = {text}").parse::<Table>().ok()?.remove("value")
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table of settings",
        Value::Datetime(_) => "a date",
    }
}

fn first_line(error: &toml::de::Error) -> String {
    error.message().lines().next().unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Table {
        "epochs = 3\nname = \"a\"\n[optimizer]\nlearning_rate = 0.1\nbetas = [0.9, 0.99]".parse().unwrap()
    }

    fn resolved(pairs: &[&str]) -> Result<Table, Error> {
        resolve(defaults(), None, &pairs.iter().map(|pair| pair.to_string()).collect::<Vec<_>>())
    }

    #[test]
    fn pairs_override_a_file_which_overrides_the_defaults() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("job.toml");
        std::fs::write(&file, "epochs = 5\noptimizer.learning_rate = 1\nname = \"b\"").unwrap();
        let table = resolve(defaults(), Some(&file), &["epochs=7".to_string()]).unwrap();
        assert_eq!(lookup(&table, "epochs"), Some(&Value::Integer(7)));
        assert_eq!(lookup(&table, "name"), Some(&Value::String("b".into())));
        assert_eq!(lookup(&table, "optimizer.learning_rate"), Some(&Value::Float(1.0)));
    }

    #[test]
    fn strings_need_no_quotes() {
        assert_eq!(
            lookup(&resolved(&["name=B_4-Wi_64"]).unwrap(), "name"),
            Some(&Value::String("B_4-Wi_64".into()))
        );
        assert_eq!(lookup(&resolved(&["name=\"x y\""]).unwrap(), "name"), Some(&Value::String("x y".into())));
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let message = resolved(&["optimizer.learning_rte=1"]).unwrap_err().to_string();
        assert_eq!(
            message,
            "unknown setting \"optimizer.learning_rte\": did you mean \"optimizer.learning_rate\"?"
        );
    }

    #[test]
    fn a_value_of_another_type_names_the_type() {
        assert_eq!(
            resolved(&["epochs=many"]).unwrap_err().to_string(),
            "epochs = many: must be a whole number"
        );
        assert_eq!(
            resolved(&["epochs=1.5"]).unwrap_err().to_string(),
            "epochs = 1.5: must be a whole number"
        );
        assert_eq!(
            resolved(&["optimizer=1"]).unwrap_err().to_string(),
            "optimizer = 1: must be a table of settings"
        );
        assert!(resolved(&["epochs"]).unwrap_err().to_string().contains("key=value"));
    }

    #[test]
    fn differences_are_named_by_their_dotted_key() {
        let other = resolved(&["optimizer.learning_rate=0.2"]).unwrap();
        assert_eq!(differences(&defaults(), &other), ["optimizer.learning_rate"]);
    }
}
