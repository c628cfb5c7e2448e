//! A lost tablet: from the link of the back office to the first sale on another device, over HTTPS on this machine, where the
//! lost journal has a million entries and the shop 100,000 products.

use std::path::Path;
use std::sync::Arc;

use comptoir_backoffice::certificate::Certificate;
use comptoir_backoffice::merchants;
use comptoir_backoffice::office::Office;
use comptoir_backoffice::schema::STEPS;
use comptoir_backoffice::server;
use comptoir_backoffice::store::{Database, Store, StoreError, Tx};
use comptoir_core::catalogue::{Catalogue, Parts};
use comptoir_core::data_folder::DataFolder;
use comptoir_core::edited;
use comptoir_core::history::TicketSearch;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Desk, Offer, Register};
use comptoir_fiscal::values::{Cents, RegisterId};
use comptoir_sync::enrol;
use comptoir_sync::http::Http;
use comptoir_sync::link::{Code, EnrolmentLink};
use comptoir_sync::task;
use comptoir_sync::{restore, task::State};
use comptoir_tests::sample;
use flate2::Compression;
use flate2::write::GzEncoder;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

use crate::figures::{Good, Times, budget, information, ms, timed};
use crate::large::{Large, cache};
use crate::shop::Shop;
use crate::{Result, ingest, made_up, shop};

/// How often a tablet is lost.
const ROUNDS: u8 = 5;
/// How long it may take, in seconds.
const LIMIT: f64 = 10.0;
const PRODUCTS: usize = 100_000;

/// Measures `restore`. With COMPTOIR_BENCH_PAST set it waits once for the whole past, too, and says how long that took.
pub(crate) fn measure(large: &Large) -> Result<()> {
    let runtime = Runtime::new()?;
    let place = office_of(large, &runtime)?;
    let folder = tempfile::tempdir_in(cache()?)?;
    let mut register = large.open()?;
    let (old, held) = (register.id(), register.journal().standing().size());
    register.settle()?;
    register.stop()?;
    put_back(&place.join("backoffice.db"), old, &edited_of_a_large_shop(folder.path())?)?;

    let office = Office::new(Store::open(&Database::Sqlite(place.join("backoffice.db")), STEPS)?, ingest::witness());
    let certificate = Certificate::open(folder.path(), &["localhost".to_owned()])?;
    let hash = certificate.hash;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (ready, listening) = tokio::sync::oneshot::channel();
    let served = office.clone();
    let serving = runtime.spawn(async move {
        let ready = |address| {
            let _ = ready.send(address);
        };
        let until = async move { drop(stopped.await) };
        server::serve(served, ([127, 0, 0, 1], 0).into(), Some(certificate), ready, until).await
    });
    let address = runtime.block_on(listening)?;
    let mut to_sale = Times::default();
    for round in 0..ROUNDS {
        let code = Code::of([round, 2, 3, 4, 6]);
        open_code(&office, code.clone(), old)?;
        let link = EnrolmentLink {
            address: format!("https://{address}"),
            code,
            witness: office.witness().public(),
            certificate: Some(hash),
        };
        let data = folder.path().join(format!("till-{round}"));
        let (sold, time) = timed(|| sell_in_its_place(&link, &data, &runtime));
        let till = sold?;
        to_sale.add(time);
        if round == 0 && std::env::var_os("COMPTOIR_BENCH_PAST").is_some() {
            wait_for_the_past(till, &runtime)?;
        } else {
            till.stop()?;
        }
        put_back(&place.join("backoffice.db"), old, &[])?;
    }
    let _ = stop.send(());
    runtime.block_on(serving)??;
    let beside = format!(
        "to_sale_ms={} limit_ms={} entries={held} products={PRODUCTS} rounds={ROUNDS}",
        ms(to_sale.median()),
        ms(LIMIT)
    );
    budget("restore", to_sale.median() / LIMIT, Good::Below, 1.0, &beside);
    Ok(())
}

/// From the link to the first sale that is sealed.
fn sell_in_its_place(link: &EnrolmentLink, data: &Path, runtime: &Runtime) -> Result<Register> {
    let http = Http::along(link)?;
    std::fs::create_dir_all(data)?;
    let edited = data.with_extension("shop");
    let Offer::Replace(lost) = runtime.block_on(restore::fetch(&http, link, &edited))? else {
        return Err("nothing was lost".into());
    };
    let mut till = Register::replace(DataFolder::of_sample(data), &edited, &lost, sample::platform(SystemClock))?;
    let response = runtime.block_on(http.carry(enrol::ask(&till, link)?))?;
    enrol::answered(&mut till, link, &response)?;
    let sale = shop::sale(&till.catalogue().clone(), &till.terms(), 12)?;
    let request = shop::selling(&mut till, &sale)?;
    till.execute(request)?;
    Ok(till)
}

/// How long it takes until the newest tickets of the lost till are found, and until all is here.
fn wait_for_the_past(mut till: Register, runtime: &Runtime) -> Result<()> {
    let size = till.arriving_so_far()?.ok_or("nothing is to arrive")?.size;
    let desk = Arc::new(Desk::start(till)?);
    let (watching, began) = (desk.clone(), std::time::Instant::now());
    let newest = std::thread::spawn(move || {
        while let Ok(0..=1) = watching
            .ask(|till| till.find_tickets(&TicketSearch::default(), None, 2).map_or(0, |page| page.tickets.len()))
        {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        began.elapsed()
    });
    let state = runtime.block_on(task::bring(&desk, &mut |_| ()))?;
    let all = began.elapsed();
    let newest = newest.join().map_err(|_| "the watcher has gone")?;
    if state != State::InStep {
        return Err(format!("it ended {state:?}").into());
    }
    Arc::into_inner(desk).ok_or("somebody is at the desk")?.close()?;
    information(
        "restore-past",
        &format!("entries={size} newest_ms={} all_s={:.0}", ms(newest.as_secs_f64()), all.as_secs_f64()),
    );
    Ok(())
}

/// The folder of a back office that holds the large journal: made once, and kept.
fn office_of(large: &Large, runtime: &Runtime) -> Result<std::path::PathBuf> {
    let journal = large.folder.root().file_name().ok_or("no folder")?.to_string_lossy().into_owned();
    let made_with = Sha256::digest(format!("{journal} {STEPS:?}"));
    let short: String = made_with.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let (cache, kind) = (cache()?, format!("office-{}-", large.entries));
    let place = cache.join(format!("{kind}{short}"));
    if !place.exists() {
        for old in std::fs::read_dir(&cache)? {
            let old = old?;
            if old.file_name().to_string_lossy().starts_with(&kind) {
                std::fs::remove_dir_all(old.path())?;
            }
        }
        eprintln!("bringing that journal to a back office, once…");
        let part = cache.join(format!("{kind}part"));
        std::fs::create_dir_all(&part)?;
        let mut register = large.open()?;
        let (brought, time) = timed(|| ingest::bring(&mut register, &part, runtime));
        brought?;
        register.stop()?;
        std::fs::rename(&part, &place)?;
        information("large-office", &format!("brought_in_s={:.0}", time.as_secs_f64()));
    }
    Ok(place)
}

/// What a shop of so many products has edited, as its till brings it.
fn edited_of_a_large_shop(folder: &Path) -> Result<Vec<u8>> {
    let place = folder.join("large-shop");
    let mut parts = Parts::from(made_up::catalogue(PRODUCTS)?);
    parts.products.iter_mut().for_each(|product| product.price = Some(Cents::new(250)));
    let till = Shop::found_with(&place, Catalogue::of(parts)?)?;
    let copy = folder.join("edited.db");
    edited::copy_to(&till.open_in_the_evening()?.folder().shop(), &copy)?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut packed, &std::fs::read(copy)?)?;
    Ok(packed.finish()?)
}

fn open_code(office: &Office, code: Code, old: RegisterId) -> Result<()> {
    let now = i64::try_from(server::now())?;
    let open = move |tx: &mut dyn Tx| match merchants::of_register(tx, old)? {
        Some(place) => merchants::open_code(tx, &code, &place, now),
        None => Ok(()),
    };
    Ok(office.store().write_now::<_, StoreError, _>(open)?)
}

/// Forgets whatever took the lost register's place, so that it can be lost again; where something was edited, keeps that.
fn put_back(database: &Path, old: RegisterId, edited: &[u8]) -> Result<()> {
    let (database, old) = (Connection::open(database)?, old.to_string());
    database.busy_timeout(std::time::Duration::from_secs(60))?;
    let mut tables = database.prepare(
        "SELECT m.name FROM sqlite_schema m WHERE m.type = 'table'
         AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'register')",
    )?;
    let tables = tables.query_map([], |row| row.get::<_, String>(0))?.collect::<std::result::Result<Vec<_>, _>>()?;
    for table in tables {
        database.execute(&format!("DELETE FROM {table} WHERE register <> ?1"), [&old])?;
    }
    database.execute("DELETE FROM code", [])?;
    database.execute("UPDATE register SET revoked = NULL", [])?;
    if !edited.is_empty() {
        database.execute("DELETE FROM edited", [])?;
        let sql =
            "INSERT INTO edited (merchant, register, received, packed) SELECT merchant, register, 0, ?1 FROM register";
        database.execute(sql, [edited])?;
    }
    Ok(())
}
