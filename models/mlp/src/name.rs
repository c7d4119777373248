//! The paper's names of sizes: `B_12-Wi_1024`, or `B_12-Wi_1024-k_2` with the expansion.

use std::{fmt, str::FromStr};

use pyrarium_layers::ConfigError;

/// A parsed name. The numbers are not checked against any range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name {
    /// Blocks of a bottleneck MLP, layers of a standard MLP.
    pub depth: usize,
    pub width: usize,
    pub expansion: Option<usize>,
}

impl Name {
    fn read(name: &str) -> Option<Self> {
        let mut fields = name.split('-');
        let depth = number(fields.next()?, "B_")?;
        let width = number(fields.next()?, "Wi_")?;
        let expansion = match fields.next() {
            Some(field) => Some(number(field, "k_")?),
            None => None,
        };
        fields.next().is_none().then_some(Self { depth, width, expansion })
    }
}

impl FromStr for Name {
    type Err = ConfigError;

    fn from_str(name: &str) -> Result<Self, ConfigError> {
        Self::read(name).ok_or_else(|| {
            let allowed = "B_{blocks}-Wi_{width} or B_{blocks}-Wi_{width}-k_{expansion}, as in B_12-Wi_1024";
            ConfigError::new("name", name, allowed)
        })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "B_{}-Wi_{}", self.depth, self.width)?;
        self.expansion.map_or(Ok(()), |expansion| write!(formatter, "-k_{expansion}"))
    }
}

fn number(field: &str, prefix: &str) -> Option<usize> {
    let digits = field.strip_prefix(prefix)?;
    // `usize::from_str` would accept a leading plus sign.
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_print_as_they_are_read() {
        for name in ["B_12-Wi_1024", "B_1-Wi_1", "B_6-Wi_512-k_2", "B_6-Wi_512-k_4"] {
            assert_eq!(name.parse::<Name>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        let bad = [
            "",
            "B_6",
            "Wi_8-B_6",
            "B_x-Wi_8",
            "B_6-Wi_",
            "B_6-Wi_8-",
            "B_6-Wi_8-k",
            "B_6-Wi_8-x_2",
            "B_6-Wi_8-k_2-k_2",
            "B_6-Wi_8 ",
            " B_6-Wi_8",
            "b_6-wi_8",
            "B_+6-Wi_8",
            "B_-6-Wi_8",
            "B_6.0-Wi_8",
            "B_6_Wi_8",
            "B_6-Wi_99999999999999999999999999",
            "B_٦-Wi_8",
        ];
        for name in bad {
            let message = name.parse::<Name>().unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("name = {name}: must be B_{{blocks}}-Wi_{{width}}")),
                "{message}"
            );
        }
    }
}
