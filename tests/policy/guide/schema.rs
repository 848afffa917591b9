//! The schema of policies, block by block.

use std::collections::BTreeMap;
use std::fmt;

use roamgate::policy::Policy;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The schema, and the order in which it has its keys.
pub(super) struct Schema {
    value: Value,
    order: Ordered,
}

/// A block of keys. Its name is that of its definition, if it has one.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    pub(super) name: Option<&'a str>,
    schema: &'a Value,
}

impl Schema {
    pub(super) fn new() -> Self {
        let text = Policy::schema();
        let read = "the schema is JSON";
        Self {
            value: serde_json::from_str(&text).expect(read),
            order: serde_json::from_str(&text).expect(read),
        }
    }

    /// The block at the end of a path: `defaults/stepUp`. The file itself is `/`.
    pub(super) fn at(&self, path: &str) -> Option<Block<'_>> {
        let top = Block { name: Some("/"), schema: &self.value };
        path.split('/')
            .filter(|key| !key.is_empty())
            .try_fold(top, |block, key| self.inside(None, block.properties().get(key)?))
    }

    /// Every block, and where the schema has it.
    pub(super) fn blocks(&self) -> Vec<(String, Block<'_>)> {
        let mut found = Vec::new();
        walk("", &self.value, &mut |at, schema| {
            if schema["properties"].is_object() && schema["additionalProperties"] == false {
                found.push((at.to_owned(), Block { name: None, schema }));
            }
        });
        found
    }

    /// The keys of a block, in the order of the language.
    pub(super) fn order<'a>(&'a self, block: &Block<'a>) -> Vec<&'a str> {
        let named = match block.name {
            Some("/") => Some(&self.order.properties),
            Some(name) => self.order.definitions.get(name).map(|it| &it.properties),
            None => None,
        };
        match named {
            Some(Keys(keys)) => keys.iter().map(String::as_str).collect(),
            None => block.properties().keys().map(String::as_str).collect(),
        }
    }

    /// The block that a value is, or holds.
    fn inside<'a>(&'a self, name: Option<&'a str>, schema: &'a Value) -> Option<Block<'a>> {
        if let Some(name) = schema["$ref"].as_str().and_then(|it| it.strip_prefix("#/definitions/"))
        {
            return self.inside(Some(name), &self.value["definitions"][name]);
        }
        if schema["properties"].is_object() {
            return Some(Block { name, schema });
        }
        let list = |name: &str| schema[name].as_array().into_iter().flatten();
        let choices = list("anyOf").chain(list("allOf"));
        let parts = [&schema["items"], &schema["additionalProperties"]].into_iter().chain(choices);
        parts.filter(|part| part.is_object()).find_map(|part| self.inside(name, part))
    }
}

impl<'a> Block<'a> {
    pub(super) fn properties(&self) -> &'a Map<String, Value> {
        self.schema["properties"].as_object().unwrap()
    }

    pub(super) fn requires(&self, key: &str) -> bool {
        self.schema["required"].as_array().is_some_and(|keys| keys.iter().any(|it| it == key))
    }
}

/// Calls with every part of the schema and where it stands.
fn walk<'a>(at: &str, part: &'a Value, found: &mut impl FnMut(&str, &'a Value)) {
    found(at, part);
    let parts: Vec<_> = match part {
        Value::Object(map) => map.iter().map(|(key, part)| (key.clone(), part)).collect(),
        Value::Array(list) => {
            list.iter().enumerate().map(|(key, part)| (key.to_string(), part)).collect()
        }
        _ => Vec::new(),
    };
    parts.into_iter().for_each(|(key, part)| walk(&format!("{at}/{key}"), part, found));
}

/// What a JSON value does not keep: the order of keys.
#[derive(serde::Deserialize)]
struct Ordered {
    properties: Keys,
    definitions: BTreeMap<String, Definition>,
}

#[derive(serde::Deserialize)]
struct Definition {
    #[serde(default)]
    properties: Keys,
}

#[derive(Default)]
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Keys;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("keys")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(Names)
    }
}
