//! `grant`: how a token is asked for.

use super::Lowering;
use super::urls::Urls;
use crate::camara::aggregator::{Authentication, Credentials};
use crate::camara::oauth::{Grant, Kind, Naming, Registration, Untaken};
use crate::document::{Fields, Finding, Known, Node, NodeKind};

impl Lowering<'_> {
    /// The grant, or none where no token is needed.
    pub(super) fn grant(&mut self, node: &Node) -> Option<Option<Grant>> {
        if node.text().is_some() {
            return self.none("grant", node, GRANT).map(|()| None);
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
        let (message, help) = match grant {
            None => (
                "`client` has no use where `grant: none` asks for no token",
                "remove `client`, or say in `grant` how a token is asked for",
            ),
            Some(_) if vouches && !has_key => (
                "`jwtBearer` signs with the key of `authentication: { privateKeyJwt: … }`",
                "write in `client`: `authentication: { privateKeyJwt: { key: { file: PATH } } }`",
            ),
            Some(_) => return,
        };
        self.report.add(Finding::error("E014", key.place, message).help(help));
    }

    fn ciba(&mut self, node: &Node) -> Option<Grant> {
        let fields = Fields::of(node, CIBA, self.report)?;
        let login_hint = self.naming(&fields, "loginHint");
        let grant = self.sent(&fields, BEGINNING);
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
        let redirect_uri = fields.required("redirectUri", self.report);
        let redirect_uri = redirect_uri.map(|node| {
            let is_address = Urls { report: self.report }.url("redirectUri", node).is_some();
            node.text().filter(|_| is_address).map(ToOwned::to_owned)
        });
        let login_hint = fields.get("loginHint").map(|_| self.naming(&fields, "loginHint"));
        let grant = self.sent(&fields, REQUESTING);
        let redirect_uri = redirect_uri.flatten()?;
        let registration = Registration { redirect_uri, login_hint: login_hint.flatten() };
        Some(Grant { kind: Kind::AuthorizationCode(registration), ..grant? })
    }

    /// What grants have in common: the scope and further parameters, of which none may be `taken`.
    fn sent(&mut self, fields: &Fields<'_>, taken: &[&str]) -> Option<Grant> {
        let scope = self.filled(fields, "scope");
        if let Some(node) = fields.get("scope") {
            self.whole(node);
        }
        let scope_parameter = match fields.get("scopeParameter") {
            Some(_) => self.filled(fields, "scopeParameter")?,
            None => "scope".to_owned(),
        };
        let taken = [taken, AUTHENTICATING, &[scope_parameter.as_str()]].concat();
        let extra =
            fields.get("extra").map_or(Some(Vec::new()), |node| self.extra(node, &taken))?;
        Some(Grant { kind: Kind::ClientCredentials, scope: scope?, scope_parameter, extra })
    }

    /// Purpose and scope may be joined by `#`, which after a space begins a comment.
    fn whole(&mut self, scope: &Node) {
        let is_purpose = scope.text().is_some_and(|text| text.contains("dpv:"));
        let behind = self.report.behind(scope).unwrap_or_default();
        let lost = behind.trim_start_matches([' ', '\t']);
        let is_lost = lost.len() < behind.len()
            && lost.strip_prefix('#').is_some_and(|lost| lost.starts_with(char::is_alphanumeric));
        if is_purpose && is_lost {
            let message = "`scope` ends here: after a space, `#` begins a comment";
            let help = "write it in quotes, or without the space; if it is a comment, write a \
                        space after `#`";
            self.report.add(Finding::error("E014", scope.place, message).help(help));
        }
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
            Err(Untaken::Doubled) => {
                let message = format!("`{template}` writes the plus sign twice");
                let help = "leave out `+`: `{e164}` is the number with its plus sign";
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
const AUTHORIZATION_CODE: Known = Known {
    what: "`authorizationCode`",
    keys: &["scope", "scopeParameter", "redirectUri", "loginHint", "extra"],
    unbuilt: &[],
};
/// What CIBA says by itself, or instead of what we say, at either endpoint.
const BEGINNING: &[&str] = &[
    "login_hint",
    "login_hint_token",
    "id_token_hint",
    "request",
    "client_notification_token",
    "grant_type",
    "auth_req_id",
];
/// What an authorization request says by itself.
const REQUESTING: &[&str] = &[
    "response_type",
    "redirect_uri",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "login_hint",
    "request",
    "request_uri",
    "response_mode",
];
/// What the client authentication sends.
const AUTHENTICATING: &[&str] =
    &["client_id", "client_secret", "client_assertion", "client_assertion_type"];
