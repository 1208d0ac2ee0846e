//! The package hub: which packages and versions there are. Addresses below `DBT_PACKAGE_HUB_URL`, else dbt's.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use hcw_core::dependencies::HubVersion;
use hcw_core::diagnostic::{Code, Diagnostic};
use serde_json::Value as Json;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

const HUB: &str = "https://hub.getdbt.com/";
/// How often something is asked for before it is given up.
const ATTEMPTS: u64 = 4;
/// A description of a package's versions is far below this.
const LONGEST_ANSWER: u64 = 64 << 20;

/// Asks over HTTP.
pub(super) struct Web {
    agent: ureq::Agent,
    base: String,
}

impl Web {
    pub(super) fn new(environment: &BTreeMap<String, String>) -> Web {
        let roots: Vec<Certificate<'static>> = rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|certificate| Certificate::from_der(certificate).to_owned())
            .collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = ureq::Agent::config_builder()
            .tls_config(tls)
            .timeout_connect(Some(Duration::from_secs(30)))
            .timeout_recv_response(Some(Duration::from_secs(30)))
            .user_agent(concat!("hcw/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let base = environment
            .get("DBT_PACKAGE_HUB_URL")
            .filter(|url| !url.is_empty())
            .map_or_else(|| HUB.to_owned(), Clone::clone);
        Web { agent, base }
    }

    /// The names of all packages.
    pub(super) fn index(&self) -> Result<BTreeSet<String>, Diagnostic> {
        let url = format!("{}api/v1/index.json", self.base);
        match self.json(&url)? {
            Json::Array(names) => Ok(names
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect()),
            _ => Err(unexpected(&url)),
        }
    }

    /// The versions of a package, and the name that it has now if that changed.
    pub(super) fn versions(
        &self,
        package: &str,
    ) -> Result<(BTreeMap<String, HubVersion>, Option<String>), Diagnostic> {
        let url = format!("{}api/v1/{package}.json", self.base);
        let answer = self.json(&url)?;
        let Some(Json::Object(versions)) = answer.get("versions") else {
            return Err(unexpected(&url));
        };
        let versions = versions
            .iter()
            .filter_map(|(version, facts)| Some((version.clone(), hub_version(facts)?)))
            .collect();
        let text = |key: &str| answer.get(key).and_then(Json::as_str).map(str::to_owned);
        let (namespace, name) = (text("redirectnamespace"), text("redirectname"));
        let redirect = (namespace.is_some() || name.is_some()).then(|| {
            format!(
                "{}/{}",
                namespace.or_else(|| text("namespace")).unwrap_or_default(),
                name.or_else(|| text("name")).unwrap_or_default()
            )
        });
        Ok((versions, redirect))
    }

    fn json(&self, url: &str) -> Result<Json, Diagnostic> {
        let mut body = Vec::new();
        self.get(url)?
            .take(LONGEST_ANSWER)
            .read_to_end(&mut body)
            .map_err(|error| failed(url, &error.to_string()))?;
        serde_json::from_slice(&body).map_err(|_| unexpected(url))
    }

    /// The body behind an address. What fails on the way is tried again.
    pub(super) fn get(&self, url: &str) -> Result<Box<dyn Read + Send + Sync>, Diagnostic> {
        let mut attempt = 1;
        loop {
            match self.agent.get(url).call() {
                Ok(response) => return Ok(Box::new(response.into_body().into_reader())),
                Err(error) if is_worth_another(&error) && attempt < ATTEMPTS => {
                    std::thread::sleep(Duration::from_millis(250 * attempt * attempt));
                    attempt += 1;
                }
                Err(error) => return Err(failed(url, &error.to_string())),
            }
        }
    }
}

fn is_worth_another(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::StatusCode(status) => *status >= 500,
        ureq::Error::Io(_) | ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed => true,
        _ => false,
    }
}

fn hub_version(facts: &Json) -> Option<HubVersion> {
    let required = match facts.get("require_dbt_version") {
        Some(Json::String(text)) => vec![text.clone()],
        Some(Json::Array(texts)) => texts
            .iter()
            .filter_map(|text| text.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    Some(HubVersion {
        name: facts.get("name")?.as_str()?.to_owned(),
        packages: facts
            .get("packages")
            .and_then(Json::as_array)
            .cloned()
            .unwrap_or_default(),
        require_dbt_version: required,
        tarball: facts.get("downloads")?.get("tarball")?.as_str()?.to_owned(),
    })
}

fn unexpected(url: &str) -> Diagnostic {
    Diagnostic::error(
        Code::PackageFetch,
        format!("the answer of `{url}` is not that of a package hub"),
    )
    .help("DBT_PACKAGE_HUB_URL names another hub")
}

fn failed(url: &str, reason: &str) -> Diagnostic {
    Diagnostic::error(
        Code::PackageFetch,
        format!("cannot fetch `{url}`: {reason}"),
    )
    .help("check the address and the network; HTTPS_PROXY names a proxy")
}
