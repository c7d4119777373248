//! Names for the variants of field-less enums.

/// Implements `Display` and `FromStr` for a field-less enum from one list of names.
///
/// The names must be those of the enum's serde form. Parsing anything else is a
/// [`ConfigError`](crate::ConfigError) that names the given field and lists the names.
#[macro_export]
macro_rules! impl_names {
    ($type:ty, $field:literal, $($variant:ident => $name:literal),+ $(,)?) => {
        impl ::std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.pad(match self { $(Self::$variant => $name),+ })
            }
        }

        impl ::std::str::FromStr for $type {
            type Err = $crate::ConfigError;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name {
                    $($name => Ok(Self::$variant),)+
                    _ => Err($crate::ConfigError::new(
                        $field,
                        name,
                        format!("one of {}", [$($name),+].join(", ")),
                    )),
                }
            }
        }
    };
}
