//! The schema of manifests.

use roamgate::policy::SourceFile;
use roamgate::policy::service::Manifest;

use crate::support::{Entries, Pair, Row};

pub(super) fn pair() -> Pair {
    Pair {
        schema: Manifest::schema(),
        check: |text| Manifest::read(&SourceFile::new("s.yaml", text)).err().unwrap_or_default(),
        document: DOCUMENT,
        blocks: ROWS,
        others: "rules defaults severity version supplies trustedHeader number enum",
    }
}

const DOCUMENT: Entries =
    &[("apiVersion", "roamgate/v1"), ("kind", "Service"), ("metadata", "{ name: s }")];

const ROWS: &[Row] = &[
    Row { at: "", inside: "<>", entries: &[DOCUMENT] },
    Row { at: "/definitions/metadata", inside: "metadata: <>", entries: &[&[("name", "s")]] },
];
