//! JSON Schema, draft 7: what `yaml-language-server` reads.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::advice::written;
use super::shape::{Block, Each, Key, Need, Scalar, Shape};

/// The schema of a kind of file, as a text with the keys in the order of their table.
pub(crate) fn schema(root: &'static Block, title: &str, description: &str) -> String {
    let mut definitions = BTreeMap::new();
    root.keys.iter().for_each(|key| define(key.shape, &mut definitions));
    let document = Document { title, description, root, definitions };
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text + "\n"
}

#[derive(Serialize)]
#[serde(untagged)]
enum Definition {
    Block(&'static Block),
    Scalar(Value),
}

fn define(shape: Shape, definitions: &mut BTreeMap<&'static str, Definition>) {
    match shape {
        Shape::Text | Shape::Words(_) => {}
        Shape::Scalar(scalar) => define_scalar(scalar, definitions),
        Shape::List(item) | Shape::Filled(item) => define(*item, definitions),
        Shape::Map(_, names, value) => {
            define_scalar(names, definitions);
            define(*value, definitions);
        }
        Shape::Each(each) => define(each.value, definitions),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| define(*shape, definitions)),
        Shape::Block(block) => {
            // Blocks may hold themselves.
            if definitions.insert(block.name, Definition::Block(block)).is_none() {
                block.keys.iter().for_each(|key| define(key.shape, definitions));
                block.others.iter().for_each(|(_, shape)| define(**shape, definitions));
            }
        }
    }
}

fn define_scalar(scalar: &Scalar, definitions: &mut BTreeMap<&'static str, Definition>) {
    definitions.insert(scalar.name, Definition::Scalar((scalar.schema)()));
}

struct Document<'a> {
    title: &'a str,
    description: &'a str,
    root: &'static Block,
    definitions: BTreeMap<&'static str, Definition>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("$schema", "http://json-schema.org/draft-07/schema#")?;
        map.serialize_entry("title", self.title)?;
        map.serialize_entry("description", self.description)?;
        self.root.entries(&mut map)?;
        map.serialize_entry("definitions", &self.definitions)?;
        map.end()
    }
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.entries(&mut map)?;
        map.end()
    }
}

impl Block {
    fn entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let required = self.keys.iter().filter(|key| key.need == Need::Always).map(|key| key.name);
        let required: Vec<_> = required.collect();
        map.serialize_entry("type", "object")?;
        let others = self.others.map_or(Value::Bool(false), |(description, shape)| {
            merged(json!(shape.schema()), json!({ "description": description }))
        });
        map.serialize_entry("additionalProperties", &others)?;
        if !required.is_empty() {
            map.serialize_entry("required", &required)?;
        }
        map.serialize_entry("properties", &Properties(self.keys))?;
        match self.law {
            Some(law) => map.serialize_entry("allOf", &law()),
            None => Ok(()),
        }
    }
}

struct Properties(&'static [Key]);

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|key| (key.name, key.schema())))
    }
}

impl Key {
    fn schema(&self) -> Value {
        let mut schema = self.shape.schema();
        // Beside a bare reference, editors write out the keys with a default, and no snippet.
        if matches!(self.shape, Shape::Block(_)) && !self.examples.is_empty() {
            schema = into_map(json!({ "allOf": [schema] }));
        }
        schema.insert("description".to_owned(), self.description.into());
        schema.extend(self.default.map(|word| ("default".to_owned(), value(word))));
        let (blocks, others): (Vec<_>, Vec<_>) = self.examples.iter().partition(|it| is_block(it));
        if !others.is_empty() {
            let examples = others.into_iter().map(value).collect();
            schema.insert("examples".to_owned(), examples);
        }
        if !blocks.is_empty() {
            let snippets = blocks.into_iter().map(snippet).collect();
            schema.insert("defaultSnippets".to_owned(), snippets);
        }
        schema.insert("markdownDescription".to_owned(), self.told().into());
        schema.into()
    }

    /// What editors show beside the key. They show neither the default nor snippets by themselves.
    fn told(&self) -> String {
        let default = self.default.map(|word| format!("\n\nDefault: `{word}`."));
        let blocks = self.examples.iter().filter(|example| is_block(example));
        let example = |text: &&str| format!("\n\nExample: `{}: {}`", self.name, written(text));
        let examples: String = blocks.map(example).collect();
        format!("{}{}{examples}", self.description, default.unwrap_or_default())
    }
}

impl Shape {
    fn schema(self) -> Map<String, Value> {
        let list = |item: &Self| json!({ "type": "array", "items": item.schema() });
        let schema = match self {
            Self::Text => json!({ "type": "string" }),
            Self::Scalar(Scalar { name, .. }) | Self::Block(Block { name, .. }) => {
                json!({ "$ref": format!("#/definitions/{name}") })
            }
            Self::Words(words) => {
                let (words, meanings): (Vec<_>, Vec<_>) = words.iter().copied().unzip();
                json!({
                    "enum": words,
                    "enumDescriptions": meanings,
                    "markdownEnumDescriptions": meanings
                })
            }
            Self::List(item) => list(item),
            Self::Filled(item) => merged(list(item), json!({ "minItems": 1 })),
            Self::Map(description, names, value) => {
                let entry = merged(json!(value.schema()), json!({ "description": description }));
                let names = Self::Scalar(names).schema();
                json!({ "type": "object", "propertyNames": names, "additionalProperties": entry })
            }
            Self::Each(each) => each.schema(),
            Self::Either(shapes) => {
                json!({ "anyOf": shapes.iter().map(|shape| shape.schema()).collect::<Vec<_>>() })
            }
        };
        into_map(schema)
    }
}

impl Each {
    fn schema(&self) -> Value {
        let property = |(name, description): (&str, String)| {
            let schema = json!(self.value.schema());
            (name.to_owned(), merged(schema, json!({ "description": description })))
        };
        let properties: Map<_, _> = (self.names)().into_iter().map(property).collect();
        let schema = json!({
            "type": "object", "additionalProperties": false, "properties": properties
        });
        match self.required {
            [] => schema,
            required => merged(schema, json!({ "required": required })),
        }
    }
}

/// An example of a block, which editors write out. Its label is its first key.
fn snippet(example: &str) -> Value {
    let text = written(example);
    let first = text.trim_start_matches("{ ").split(':').next().unwrap_or_default();
    json!({ "label": format!("{first}: …"), "body": value(example) })
}

fn is_block(example: &str) -> bool {
    example.starts_with('{')
}

/// A value as a table has it: JSON, or a bare word.
fn value(written: &str) -> Value {
    serde_json::from_str(written).unwrap_or_else(|_| written.into())
}

fn merged(schema: Value, more: Value) -> Value {
    let mut schema = into_map(schema);
    schema.extend(into_map(more));
    schema.into()
}

fn into_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
