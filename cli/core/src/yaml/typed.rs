//! YAML nodes as typed values: a `Deserialize` type is filled from a node, and a failure knows its place.

use std::fmt;
use std::ops::Range;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{
    self, DeserializeOwned, Deserializer, EnumAccess, IntoDeserializer, MapAccess, VariantAccess,
    Visitor,
};

use super::{Key, Node, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::SourceFile;

/// Fills a type from a node.
///
/// **Errors**: HCW0104 at the innermost node that does not fit, or at the key that is not known.
pub fn typed<T: DeserializeOwned>(
    file: &SourceFile,
    what: &str,
    node: &Node,
) -> Result<T, Diagnostic> {
    T::deserialize(NodeDeserializer(node)).map_err(|misfit| {
        let range = misfit.range.unwrap_or_else(|| node.range.clone());
        Diagnostic::error(Code::YamlType, format!("{what}: {}", misfit.message)).at(file.at(range))
    })
}

/// Why a node does not fit.
#[derive(Debug)]
struct Misfit {
    message: String,
    range: Option<Range<usize>>,
}

impl Misfit {
    fn within(mut self, range: &Range<usize>) -> Misfit {
        self.range.get_or_insert_with(|| range.clone());
        self
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Misfit {
        let message = message.to_string();
        Misfit {
            // the parser's words for users: keys are not fields
            message: message
                .replace("missing field", "missing key")
                .replace("unknown field", "unknown key")
                .replace("unknown variant", "unknown value"),
            range: None,
        }
    }
}

#[derive(Clone, Copy)]
struct NodeDeserializer<'node>(&'node Node);

#[derive(Clone, Copy)]
struct KeyDeserializer<'node>(&'node Key);

impl<'de> IntoDeserializer<'de, Misfit> for NodeDeserializer<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> IntoDeserializer<'de, Misfit> for KeyDeserializer<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for KeyDeserializer<'_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor
            .visit_str(&self.0.name)
            .map_err(|misfit: Misfit| misfit.within(&self.0.range))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

impl<'de> Deserializer<'de> for NodeDeserializer<'_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let result = match &self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::String(text) => visitor.visit_str(text),
            Value::Timestamp(timestamp) => visitor.visit_str(&timestamp.shown),
            Value::Sequence(items) => {
                visitor.visit_seq(SeqDeserializer::new(items.iter().map(NodeDeserializer)))
            }
            Value::Mapping(entries) => visitor.visit_map(MapDeserializer::new(
                entries
                    .iter()
                    .map(|(key, value)| (KeyDeserializer(key), NodeDeserializer(value))),
            )),
        };
        result.map_err(|misfit: Misfit| misfit.within(&self.0.range))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    // a number or boolean where a text is wanted is its text, as a name may be
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0.scalar_text() {
            Some(text) => visitor
                .visit_string(text)
                .map_err(|misfit: Misfit| misfit.within(&self.0.range)),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_string(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor
            .visit_enum(self)
            .map_err(|misfit| misfit.within(&self.0.range))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// Enumerations are texts, in any case.
impl<'de> EnumAccess<'de> for NodeDeserializer<'_> {
    type Error = Misfit;
    type Variant = NoContent;

    fn variant_seed<S: de::DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, NoContent), Misfit> {
        let text = self.0.scalar_text().unwrap_or_default().to_lowercase();
        let deserializer: de::value::StringDeserializer<Misfit> = text.into_deserializer();
        seed.deserialize(deserializer)
            .map(|value| (value, NoContent))
    }
}

/// A variant without content.
struct NoContent;

impl<'de> VariantAccess<'de> for NoContent {
    type Error = Misfit;

    fn unit_variant(self) -> Result<(), Misfit> {
        Ok(())
    }

    fn newtype_variant_seed<S: de::DeserializeSeed<'de>>(self, _: S) -> Result<S::Value, Misfit> {
        Err(de::Error::custom("a text was expected"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Misfit> {
        Err(de::Error::custom("a text was expected"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Misfit> {
        Err(de::Error::custom("a text was expected"))
    }
}

/// One value or a list of them; nothing is the empty list.
pub(crate) fn one_or_more<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: de::Deserialize<'de>,
{
    struct OneOrMore<T>(std::marker::PhantomData<T>);
    impl<'de, T: de::Deserialize<'de>> Visitor<'de> for OneOrMore<T> {
        type Value = Vec<T>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a value or a list")
        }

        fn visit_unit<E>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_none<E>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
            T::deserialize(de::value::StrDeserializer::new(text)).map(|one| vec![one])
        }

        fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Vec<T>, A::Error> {
            T::deserialize(de::value::MapAccessDeserializer::new(access)).map(|one| vec![one])
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut access: A) -> Result<Vec<T>, A::Error> {
            let mut items = Vec::new();
            while let Some(item) = access.next_element()? {
                items.push(item);
            }
            Ok(items)
        }
    }
    deserializer.deserialize_any(OneOrMore(std::marker::PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Colour {
        Red,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        name: String,
        #[serde(default)]
        count: Option<i64>,
        #[serde(default)]
        colour: Option<Colour>,
        #[serde(default, deserialize_with = "one_or_more")]
        parts: Vec<String>,
    }

    fn read(text: &str) -> Result<Thing, (String, String)> {
        let file = SourceFile::new("a.yml", text);
        let node = super::super::parse(&file).expect("valid YAML");
        typed(&file, "thing", &node).map_err(|diagnostic| {
            let location = diagnostic.location.expect("a place");
            let place = location.file.text[location.range].to_owned();
            (diagnostic.message, place)
        })
    }

    #[test]
    fn types_are_filled() {
        let thing = read("{name: 1, count: 2, colour: RED, parts: a}").expect("fits");
        assert_eq!(thing.name, "1");
        assert_eq!((thing.count, thing.colour), (Some(2), Some(Colour::Red)));
        assert_eq!(thing.parts, ["a"]);
    }

    #[test]
    fn misfits_know_their_place() {
        let (message, place) = read("{name: a, count: many}").expect_err("no number");
        insta::assert_snapshot!(message, @r#"thing: invalid type: string "many", expected i64"#);
        assert_eq!(place, "many");
        let (message, place) = read("{name: a, size: 1}").expect_err("unknown key");
        insta::assert_snapshot!(message, @"thing: unknown key `size`, expected one of `name`, `count`, `colour`, `parts`");
        assert_eq!(place, "size");
        let (message, _) = read("{count: 1}").expect_err("no name");
        insta::assert_snapshot!(message, @"thing: missing key `name`");
        let (message, place) = read("{name: a, colour: blue}").expect_err("no colour");
        insta::assert_snapshot!(message, @"thing: unknown value `blue`, expected `red`");
        assert_eq!(place, "blue");
    }
}
