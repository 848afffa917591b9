//! [`Naming`]: how a line is named to an authorization server.

use crate::camara::failure;
use crate::line::{Identifier, Line};
use crate::provider::ProviderError;

/// A template for each kind of line that the file has one for. In templates, `{e164}` stands for the
/// number with its plus sign, `{ipport}` for the address with its port.
#[derive(Clone, Debug, Default)]
pub(in crate::camara) struct Naming {
    number: Option<String>,
    address: Option<String>,
}

/// Why a template is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::camara) enum Untaken {
    /// It has no placeholder, or a brace that is none.
    Unclear,
    /// It writes the plus sign that the number brings with it.
    Doubled,
    /// There is one for such lines.
    Twice(&'static str),
}

impl Naming {
    /// Takes a template, which its placeholder says the use of.
    pub(in crate::camara) fn take(&mut self, template: &str) -> Result<(), Untaken> {
        let is_for = |placeholder| {
            let rest = template.replace(placeholder, "");
            rest.len() < template.len() && !rest.contains(['{', '}'])
        };
        let (place, what) = match () {
            () if PLUSES.iter().any(|plus| template.contains(&format!("{plus}{NUMBER}"))) => {
                return Err(Untaken::Doubled);
            }
            () if is_for(NUMBER) => (&mut self.number, "a number"),
            () if is_for(ADDRESS) => (&mut self.address, "an address"),
            () => return Err(Untaken::Unclear),
        };
        match place {
            Some(_) => Err(Untaken::Twice(what)),
            None => {
                *place = Some(template.to_owned());
                Ok(())
            }
        }
    }

    /// The name of a line. A public IPv4 address without its port names many lines, and is no name.
    pub(in crate::camara) fn name(&self, line: Line) -> Result<String, ProviderError> {
        let identifier = line.identifier().ok_or_else(failure::forgotten)?;
        let name = match &identifier {
            Identifier::PhoneNumber(number) => {
                filled(self.number.as_deref(), NUMBER, &number.to_string())
            }
            Identifier::Ipv4 { public_address, public_port } => {
                filled(self.address.as_deref(), ADDRESS, &format!("{public_address}:{public_port}"))
            }
            Identifier::Ipv6 { address } => {
                filled(self.address.as_deref(), ADDRESS, &format!("[{address}]"))
            }
            Identifier::Ipv4Private { .. } | Identifier::External(_) | Identifier::Recognised => {
                None
            }
        };
        name.ok_or_else(|| failure::no_place("the grant", &identifier))
    }
}

fn filled(template: Option<&str>, placeholder: &str, text: &str) -> Option<String> {
    template.map(|template| template.replace(placeholder, text))
}

const PLUSES: [&str; 3] = ["+", "%2B", "%2b"];
const NUMBER: &str = "{e164}";
const ADDRESS: &str = "{ipport}";

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(templates: &[&str]) -> Naming {
        let mut naming = Naming::default();
        templates.iter().for_each(|template| naming.take(template).unwrap());
        naming
    }

    #[test]
    fn a_placeholder_says_for_which_lines_a_template_is() {
        let naming = naming(&["ipport:{ipport}", "tel:{e164}"]);
        let rows = [
            (Line::parse("+34600000001"), "tel:+34600000001"),
            (Line::parse_address("80.90.34.2:16790"), "ipport:80.90.34.2:16790"),
            (Line::parse_address("[2001:db8::1]:8080"), "ipport:[2001:db8::1]"),
        ];
        for (line, name) in rows {
            assert_eq!(naming.name(line.unwrap()).unwrap(), name);
        }
    }

    #[test]
    fn a_template_has_one_placeholder_and_its_kind_of_line_one_template() {
        let take = |template| Naming::default().take(template);
        for template in ["tel:", "{e164", "{number}", "{e164}{ipport}", "{{e164}}", ""] {
            assert_eq!(take(template), Err(Untaken::Unclear), "{template}");
        }
        for template in ["tel:+{e164}", "+{e164}", "tel:%2B{e164}", "{e164} tel:%2b{e164}"] {
            assert_eq!(take(template), Err(Untaken::Doubled), "{template}");
        }
        assert_eq!(take("{e164} {e164}"), Ok(()));
        let mut naming = naming(&["{ipport}"]);
        assert_eq!(naming.take("ipport:{ipport}"), Err(Untaken::Twice("an address")));
    }

    #[test]
    fn a_line_that_is_forgotten_has_no_name() {
        let error = naming(&["{e164}"]).name(Line::forgotten()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "identifierInvalid: the identifier of the line is forgotten: make the line from the request anew"
        );
    }
}
