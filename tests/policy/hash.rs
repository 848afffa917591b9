//! Which policy decided.

use roamgate::policy::{Policy, PolicyHash, SourceFile};

use crate::problems::document;

fn hash(files: &[(&str, &str)]) -> PolicyHash {
    let files: Vec<_> = files.iter().map(|(name, text)| SourceFile::new(name, text)).collect();
    let (policy, problems) = Policy::check(&files);
    policy.unwrap_or_else(|| panic!("{problems}")).hash()
}

fn first() -> String {
    document("top", "mode: enforce")
}

fn second() -> String {
    first().replace("name: p", "name: q").replace("id: r", "id: s")
}

#[test]
fn a_hash_is_256_bits_in_hexadecimal_digits() {
    let text = hash(&[("a.yaml", &first())]).to_string();
    let digits = text.strip_prefix("sha256:").unwrap();
    assert_eq!(digits.len(), 64);
    assert!(digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')));
}

#[test]
fn names_and_order_of_files_do_not_count() {
    let (a, b) = (first(), second());
    let one = hash(&[("a.yaml", &a), ("b.yaml", &b)]);
    assert_eq!(one, hash(&[("other.yaml", &b), ("a.yaml", &a)]));
    assert_ne!(one, hash(&[("a.yaml", &a)]));
    assert_ne!(one, hash(&[("b.yaml", &b)]));
}

#[test]
fn every_byte_counts_even_in_a_comment() {
    let text = format!("{}# a comment\n", first());
    let mut seen = std::collections::HashSet::from([hash(&[("a.yaml", &text)])]);
    for at in text.len() - 10..text.len() - 1 {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let changed = String::from_utf8(bytes).unwrap();
        assert!(seen.insert(hash(&[("a.yaml", &changed)])), "byte {at}");
    }
    assert!(seen.insert(hash(&[("a.yaml", &format!("\u{feff}{text}"))])));
    assert!(seen.insert(hash(&[("a.yaml", &text.replace('\n', "\r\n"))])));
}

#[test]
fn the_edition_of_the_groups_counts_once_it_is_the_same() {
    let named = document("top", "groupsVersion: 2025-01-01");
    assert_ne!(hash(&[("a.yaml", &first())]), hash(&[("a.yaml", &named)]), "another text");
}
