//! The built-in country groups, dated: membership changes, and an upgrade of this crate must
//! not change a decision.

use std::fmt;

use super::{Country, Mcc};

/// A dated edition of the built-in groups, as `groupsVersion` of a policy names it.
///
/// # Example
///
/// ```
/// use roamgate::country::{Country, GroupMember, GroupsEdition};
///
/// let edition = GroupsEdition::OLDEST;
/// assert_eq!(edition.to_string(), "2025-01-01");
/// let norway = GroupMember::Country(Country::from_code("NO").unwrap());
/// assert!(edition.members("eea").unwrap().any(|member| member == norway));
/// assert!(!edition.members("eu").unwrap().any(|member| member == norway));
/// ```
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct GroupsEdition(&'static str);

/// A member of a group.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a place is named by a country or by a network code")]
pub enum GroupMember {
    /// A country.
    Country(Country),
    /// A network code, written `mcc:nnn`.
    Mcc(Mcc),
}

impl GroupsEdition {
    /// The oldest edition of this major version, used where a policy names none.
    pub const OLDEST: Self = Self("2025-01-01");

    /// The edition with this date.
    #[must_use]
    pub fn from_date(date: &str) -> Option<Self> {
        rows().map(|row| row.edition).find(|edition| *edition == date).map(Self)
    }

    /// Every edition, the oldest first.
    pub fn all() -> impl Iterator<Item = Self> {
        let mut last = "";
        rows()
            .filter(move |row| std::mem::replace(&mut last, row.edition) != row.edition)
            .map(|row| Self(row.edition))
    }

    /// The date of the edition.
    #[must_use]
    pub fn date(self) -> &'static str {
        self.0
    }

    /// The names of the groups in this edition.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        rows().filter(move |row| row.edition == self.0).map(|row| row.name)
    }

    /// The members of a group, or `None` where this edition has no such group.
    #[must_use]
    pub fn members(self, name: &str) -> Option<impl Iterator<Item = GroupMember> + use<>> {
        let row = rows().find(|row| row.edition == self.0 && row.name == name)?;
        Some(row.members.split(',').filter_map(member))
    }
}

impl fmt::Display for GroupsEdition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for GroupsEdition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GroupsEdition({})", self.0)
    }
}

struct Row {
    edition: &'static str,
    name: &'static str,
    members: &'static str,
}

fn rows() -> impl Iterator<Item = Row> {
    include_str!("groups.tsv").lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        Some(Row { edition: columns.next()?, name: columns.next()?, members: columns.next()? })
    })
}

fn member(text: &'static str) -> Option<GroupMember> {
    match text.strip_prefix("mcc:") {
        Some(digits) => Mcc::from_digits(digits).map(GroupMember::Mcc),
        None => Country::from_code(text).map(GroupMember::Country),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_of_the_data_file_is_understood() {
        for row in rows() {
            for text in row.members.split(',') {
                assert!(member(text).is_some(), "{} of {}", text, row.name);
            }
        }
    }
}
