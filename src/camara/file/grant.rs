//! `grant`: how a token is asked for.

use super::{Lowering, NO_TOKEN};
use crate::camara::aggregator::{Authentication, Credentials};
use crate::camara::oauth::{Grant, Kind, Naming, Untaken};
use crate::document::{Fields, Finding, Known, Node, NodeKind};

impl Lowering<'_> {
    /// The grant, or none where no token is needed.
    pub(super) fn grant(&mut self, node: &Node) -> Option<Option<Grant>> {
        if node.text().is_some() {
            return node.expect_word("grant", &NO_TOKEN, self.report).map(|()| None);
        }
        let choice = Fields::of(node, GRANT, self.report)?;
        let (kind, node) = self.only("grant", &choice, GRANT)?;
        match kind {
            "jwtBearer" => self.jwt_bearer(node),
            "clientCredentials" => self.client_credentials(node),
            "authorizationCode" => self.authorization_code(node),
            _ => self.ciba(node),
        }
        .map(Some)
    }

    /// The parts that have to do with each other.
    pub(super) fn agree(
        &mut self,
        file: &Fields<'_>,
        grant: Option<&Grant>,
        client: Option<&Credentials>,
    ) {
        let Some((key, _)) = file.entry("client") else {
            if grant.is_some() {
                file.required("client", self.report);
            }
            return;
        };
        let vouches = matches!(grant.map(|grant| &grant.kind), Some(Kind::JwtBearer { .. }));
        let has_key = client.is_none_or(|client| {
            matches!(client.authentication, Authentication::PrivateKeyJwt { .. })
        });
        let message = match grant {
            None => "`client` has no use where `grant: none` asks for no token",
            Some(_) if vouches && !has_key => {
                "`jwtBearer` signs with the key of `authentication: { privateKeyJwt: … }`"
            }
            Some(_) => return,
        };
        self.report.add(Finding::error("E014", key.place, message));
    }

    fn ciba(&mut self, node: &Node) -> Option<Grant> {
        let fields = Fields::of(node, CIBA, self.report)?;
        let login_hint = self.naming(&fields, "loginHint");
        let grant = self.sent(&fields, &["login_hint"]);
        Some(Grant { kind: Kind::Ciba { login_hint: login_hint? }, ..grant? })
    }

    fn jwt_bearer(&mut self, node: &Node) -> Option<Grant> {
        let fields = Fields::of(node, JWT_BEARER, self.report)?;
        let subject = self.naming(&fields, "subject");
        let grant = self.sent(&fields, &["grant_type", "assertion"]);
        Some(Grant { kind: Kind::JwtBearer { subject: subject? }, ..grant? })
    }

    fn client_credentials(&mut self, node: &Node) -> Option<Grant> {
        let fields = Fields::of(node, CLIENT_CREDENTIALS, self.report)?;
        self.sent(&fields, &["grant_type"])
    }

    fn authorization_code(&mut self, node: &Node) -> Option<Grant> {
        let fields = Fields::of(node, AUTHORIZATION_CODE, self.report)?;
        let redirect_uri = self.filled(&fields, "redirectUri");
        let grant = self.sent(&fields, &[]);
        Some(Grant { kind: Kind::AuthorizationCode { redirect_uri: redirect_uri? }, ..grant? })
    }

    /// What grants have in common: the scope and further parameters, of which none may be `taken`.
    fn sent(&mut self, fields: &Fields<'_>, taken: &[&str]) -> Option<Grant> {
        let scope = self.filled(fields, "scope");
        let scope_parameter = match fields.get("scopeParameter") {
            Some(_) => self.filled(fields, "scopeParameter")?,
            None => "scope".to_owned(),
        };
        let taken = [taken, AUTHENTICATING, &[scope_parameter.as_str()]].concat();
        let extra =
            fields.get("extra").map_or(Some(Vec::new()), |node| self.extra(node, &taken))?;
        Some(Grant { kind: Kind::ClientCredentials, scope: scope?, scope_parameter, extra })
    }

    /// How lines are named: by one template, or by a list with one for each kind of line.
    fn naming(&mut self, fields: &Fields<'_>, key: &str) -> Option<Naming> {
        let node = fields.required(key, self.report)?;
        let templates = match &node.kind {
            NodeKind::List(templates) => templates.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut naming = Naming::default();
        for template in templates {
            self.template(template, key, &mut naming);
        }
        if templates.is_empty() {
            self.report.add(Finding::error("E018", node.place, format!("`{key}` is empty")));
        }
        Some(naming)
    }

    fn template(&mut self, node: &Node, key: &str, naming: &mut Naming) {
        let Some(template) = node.expect_text(key, self.report) else { return };
        let finding = match naming.take(template) {
            Ok(()) => return,
            Err(Untaken::Unclear) => {
                let message =
                    format!("`{template}` does not say where the number or the address goes");
                let help = "write `tel:{e164}` for numbers, which carries the plus sign, or \
                            `ipport:{ipport}` for addresses";
                Finding::error("E003", node.place, message).help(help)
            }
            Err(Untaken::Twice(what)) => {
                let message = format!("`{key}` says twice how {what} is written");
                Finding::error("E014", node.place, message)
            }
        };
        self.report.add(finding);
    }

    fn extra(&mut self, node: &Node, taken: &[&str]) -> Option<Vec<(String, String)>> {
        let mut extra = Vec::new();
        for (key, value) in node.expect_map("extra", self.report)? {
            let name = key.text().unwrap_or_default();
            if taken.contains(&name) {
                let message = format!("the parameter `{name}` is already sent by the grant");
                self.report.add(Finding::error("E003", key.place, message));
            }
            if let Some(text) = value.expect_text(name, self.report) {
                extra.push((name.to_owned(), text.to_owned()));
            }
        }
        Some(extra)
    }
}

const GRANT: Known = Known {
    what: "`grant`",
    keys: &["ciba", "jwtBearer", "clientCredentials", "authorizationCode"],
    unbuilt: &[],
};
const CIBA: Known = Known {
    what: "`ciba`",
    keys: &["loginHint", "scope", "scopeParameter", "extra"],
    unbuilt: &[],
};
const JWT_BEARER: Known =
    Known { what: "`jwtBearer`", keys: &["subject", "scope", "extra"], unbuilt: &[] };
const CLIENT_CREDENTIALS: Known = Known {
    what: "`clientCredentials`",
    keys: &["scope", "scopeParameter", "extra"],
    unbuilt: &[],
};
const AUTHORIZATION_CODE: Known =
    Known { what: "`authorizationCode`", keys: &["scope", "redirectUri"], unbuilt: &[] };
/// What the client authentication sends.
const AUTHENTICATING: &[&str] =
    &["client_id", "client_secret", "client_assertion", "client_assertion_type"];
