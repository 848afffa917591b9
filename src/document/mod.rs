//! YAML files as trees of nodes that know their place, and the problems found in them.
//!
//! Policies and aggregator files are read through this module, so that both report every
//! problem at once, with file, line, column, the source line and a way out. What a file may hold
//! is a table of blocks and keys: from it come the schema for editors and the canonical form.

mod advice;
mod edit;
mod format;
mod hidden;
mod moment;
mod node;
mod parse;
mod problem;
mod reader;
mod scalar;
mod schema;
mod shape;
mod suggest;

pub(crate) use advice::advise;
#[cfg(feature = "camara")]
pub(crate) use advice::flow;
pub(crate) use format::format;
pub(crate) use hidden::visible;
pub(crate) use moment::Until;
pub(crate) use node::{Node, NodeKind, Place};
pub(crate) use parse::parse;
pub(crate) use problem::{Finding, Report};
pub use problem::{Problem, Problems, Severity};
#[cfg(feature = "camara")]
pub(crate) use reader::list;
pub(crate) use reader::{Fields, Known, parse_duration};
pub(crate) use scalar::{DURATION, duration, written_duration};
pub(crate) use schema::schema;
#[cfg(feature = "camara")]
pub(crate) use shape::Need;
pub(crate) use shape::{Block, Each, Key, Scalar, Shape, as_written};
pub(crate) use suggest::nearest;

use std::sync::Arc;

/// A file's name and text.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) name: Arc<str>,
    pub(crate) text: Arc<str>,
}

impl Source {
    pub(crate) fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }
}
