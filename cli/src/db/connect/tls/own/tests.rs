//! A server that asks for certificates, in this process, and what a client shows it.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use hcw_core::target::SslMode;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};

use super::*;

/// An authority, and what it has signed for `localhost` and for `ann`.
struct Signed {
    authority: CertificateDer<'static>,
    server: (CertificateDer<'static>, PrivateKeyDer<'static>),
    folder: tempfile::TempDir,
}

fn signed() -> Signed {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let sign = |name: &str| {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &authority).unwrap(), key)
    };
    let (server, server_key) = sign("localhost");
    let (ann, ann_key) = sign("ann");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ann.crt"), ann.pem()).unwrap();
    fs::write(folder.path().join("root.crt"), authority.pem()).unwrap();
    let key = folder.path().join("ann.key");
    fs::write(&key, ann_key.serialize_pem()).unwrap();
    allow(&key, 0o600);
    Signed {
        authority: authority.der().clone(),
        server: (
            server.der().clone(),
            PrivateKeyDer::try_from(server_key.serialize_der()).unwrap(),
        ),
        folder,
    }
}

fn allow(file: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

fn connection(signed: &Signed) -> Connection {
    let path = |name: &str| Some(signed.folder.path().join(name).display().to_string());
    Connection {
        host: "localhost".to_owned(),
        port: 5432,
        user: "ann".to_owned(),
        password: None,
        dbname: "warehouse".to_owned(),
        sslmode: Some(SslMode::VerifyFull),
        sslrootcert: path("root.crt"),
        sslcert: path("ann.crt"),
        sslkey: path("ann.key"),
        connect_timeout_seconds: 2,
        retries: 0,
        keepalives_idle_seconds: 0,
        role: None,
        search_path: None,
    }
}

/// What a server that takes none but the authority's certificates was shown, where a handshake came about.
fn shown(signed: &Signed, connection: &Connection) -> Option<CertificateDer<'static>> {
    let mut roots = RootCertStore::empty();
    roots.add(signed.authority.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .unwrap();
    let (certificate, key) = &signed.server;
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate.clone()], key.clone_key())
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let mut session = ServerConnection::new(Arc::new(config)).unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        let mut stream = rustls::Stream::new(&mut session, &mut stream);
        let mut first = [0; 1];
        stream.read_exact(&mut first).ok()?;
        stream.write_all(b"s").ok()?;
        session.peer_certificates().map(|all| all[0].clone())
    });
    let mut connector = super::super::connector(connection).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let tls =
            MakeTlsConnect::<tokio::net::TcpStream>::make_tls_connect(&mut connector, "localhost");
        if let Ok(mut stream) = tls.unwrap().connect(stream).await {
            // a server that refuses the certificate says so after the client's part of the handshake
            let _refused = stream.write_all(b"c").await;
            let _refused = stream.flush().await;
            let _refused = stream.read(&mut [0; 1]).await;
        }
    });
    server.join().unwrap()
}

#[test]
fn a_server_is_shown_the_certificate_that_is_named() {
    let signed = signed();
    let ann = CertificateDer::from_pem_file(signed.folder.path().join("ann.crt")).unwrap();
    assert_eq!(shown(&signed, &connection(&signed)), Some(ann));
    let without = Connection {
        sslcert: None,
        ..connection(&signed)
    };
    assert_eq!(shown(&signed, &without), None);
}

#[test]
fn what_cannot_be_shown_is_named() {
    let signed = signed();
    let said = |connection: Connection| {
        let problem = certificate(&connection).expect_err("no certificate");
        let text = format!("{}: {}", problem.code.as_str(), problem.message);
        text.replace(&signed.folder.path().display().to_string(), "[FOLDER]")
    };
    let missing = Connection {
        sslcert: Some("/nonexistent/ann.crt".to_owned()),
        ..connection(&signed)
    };
    let keyless = Connection {
        sslkey: None,
        ..connection(&signed)
    };
    let swapped = Connection {
        sslcert: connection(&signed).sslkey,
        ..connection(&signed)
    };
    let mut texts: Vec<String> = [missing, keyless, swapped].into_iter().map(said).collect();
    allow(&signed.folder.path().join("ann.key"), 0o644);
    texts.push(said(connection(&signed)));
    insta::assert_snapshot!(texts.join("\n"));
}
