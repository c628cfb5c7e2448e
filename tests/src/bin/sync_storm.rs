//! Tills and their back office in a storm: what was sealed must lie there whole, once, and countersigned, whatever the
//! network and the back office's machine did meanwhile.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use clap::Parser;
use comptoir_backoffice::schema::STEPS;
use comptoir_backoffice::store::{Database, Store, StoreError, Tx, Value};
use comptoir_fiscal::values::RegisterId;
use comptoir_fiscal::verify::{self, Evidence, Verdict};
use comptoir_tests::storm::Result;
use comptoir_tests::storm::goods::Goods;
use comptoir_tests::storm::office::{Program, Served};
use comptoir_tests::storm::proxy::Proxy;
use comptoir_tests::storm::till::{Days, Till};

/// How long all tills may take to come in step once nothing fails any more.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lets tills sell while the network between them and their back office fails and the back office is killed, then checks
/// that everything lies there byte for byte.
#[derive(Parser)]
struct Arguments {
    /// The back office's program.
    #[arg(long)]
    backoffice: PathBuf,
    /// The auditor's program, which then convicts a till whose end was cut off.
    #[arg(long)]
    verifier: Option<PathBuf>,
    /// Its database, a PostgreSQL without tables; a file where none is named.
    #[arg(long)]
    database: Option<String>,
    /// Speak in clear, so that what is said again is heard again.
    #[arg(long)]
    plain: bool,
    /// The products (gzipped CSV); made-up ones where none are named.
    #[arg(long, requires = "sales")]
    products: Option<PathBuf>,
    /// The sales (gzipped CSV).
    #[arg(long, requires = "products")]
    sales: Option<PathBuf>,
    /// How many tills.
    #[arg(long, default_value_t = 10)]
    tills: usize,
    /// How many baskets each sells.
    #[arg(long, default_value_t = 150)]
    baskets: usize,
    /// In how many seconds.
    #[arg(long, default_value_t = 30)]
    seconds: u32,
    /// How often the back office is killed meanwhile.
    #[arg(long, default_value_t = 5)]
    kills: u32,
    /// What the network draws its faults from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let storm =
        tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(storm(&arguments)));
    match storm {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sync_storm: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn storm(arguments: &Arguments) -> Result<()> {
    let started = Instant::now();
    let goods = match (&arguments.products, &arguments.sales) {
        (Some(products), Some(sales)) => Goods::of_retail(products, sales, arguments.tills, arguments.baskets)?,
        _ => Goods::made_up(arguments.tills, arguments.baskets)?,
    };
    let folder = tempfile::tempdir()?;
    let program = Program {
        path: arguments.backoffice.clone(),
        folder: folder.path().join("office"),
        database: arguments.database.clone(),
        plain: arguments.plain,
        listen: Program::free_address()?,
    };
    let proxy = Proxy::start(program.listen, arguments.seed).await?;
    let mut served = program.serve(proxy.address)?;
    let mut tills = Vec::new();
    for (number, baskets) in (1..).zip(&goods.tills) {
        let link = program.code("Exemple", &format!("Magasin {number}"))?;
        let at = baskets.first().map_or(0, |basket| basket.at - 60);
        let folder = folder.path().join(format!("till-{number}"));
        tills.push(Till::found(&folder, "01", goods.catalogue.clone(), at, link).await?);
    }
    let raised = Instant::now();
    proxy.fail(true);
    tills.iter_mut().for_each(Till::follow);
    let (kills, sold) = blow(arguments, &program, &proxy, &mut served, &tills, goods.tills).await?;
    proxy.fail(false);
    let calm = Instant::now();
    come_in_step(&tills).await?;
    let took = calm.elapsed().as_secs_f64();
    println!("storm: {} tills sold {sold} baskets, {kills} kills, {:.1} s", tills.len(), (calm - raised).as_secs_f64());
    for (what, count) in proxy.counts() {
        println!("  {count} {what}");
    }
    println!("  {} times a till was told that it goes on later", tills.iter().map(Till::failures).sum::<u64>());
    println!("calm: all in step after {took:.1} s");
    if let (Some(verifier), Some(till)) = (&arguments.verifier, tills.first()) {
        convict(verifier, &program, till.register, folder.path())?;
    }
    let entries = check(&program, tills).await?;
    println!("checked: {entries} entries byte for byte, sums to the cent, no defect, no evidence, every journal sound");
    println!("in all: {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// Sells until the last basket, and kills the back office now and then.
async fn blow(
    arguments: &Arguments,
    program: &Program,
    proxy: &Proxy,
    served: &mut Served,
    tills: &[Till],
    goods: Vec<Vec<comptoir_tests::replay::RetailBasket>>,
) -> Result<(u32, usize)> {
    let whole = Duration::from_secs(arguments.seconds.into());
    let pause = whole / u32::try_from(arguments.baskets.max(1))?;
    let selling: Vec<_> = tills.iter().zip(goods).map(|(till, baskets)| till.sell(baskets, pause)).collect();
    for _ in 0..arguments.kills {
        tokio::time::sleep(whole / (arguments.kills + 1)).await;
        served.kill()?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        *served = program.serve(proxy.address)?;
    }
    let mut sold = 0;
    for selling in selling {
        let summary = tokio::task::spawn_blocking(|| selling.join()).await?;
        let summary = summary.map_err(|_| "a seller panicked")??;
        if summary.sealed == 0 {
            return Err(format!("nothing was sold: {:?}", summary.refused).into());
        }
        sold += summary.sealed;
    }
    Ok((arguments.kills, sold))
}

async fn come_in_step(tills: &[Till]) -> Result<()> {
    let started = Instant::now();
    loop {
        let mut waiting = Vec::new();
        for (number, till) in (1..).zip(tills) {
            if !till.is_in_step()? {
                till.ring();
                waiting.push(format!("till {number}: {:?}", till.state()));
            }
        }
        if waiting.is_empty() {
            return Ok(());
        }
        if started.elapsed() > PATIENCE {
            return Err(format!("not in step after {PATIENCE:?}: {waiting:?}").into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Holds what the back office has against the tills; how many entries that are.
async fn check(program: &Program, tills: Vec<Till>) -> Result<u64> {
    let mut entries = 0;
    for (number, till) in (1..).zip(tills) {
        let wrong = |what: &str| format!("till {number}: {what}");
        let register = till.register;
        let (days, suspicions) = till.days_and_suspicions()?;
        if !suspicions.is_empty() {
            return Err(wrong(&format!("suspicions of an honest back office: {suspicions:?}")).into());
        }
        if program.journal(register)? != till.lines()? {
            return Err(wrong("its lines are not those that it sealed").into());
        }
        let listed = program.listed(register)?;
        if (listed.defects, listed.evidence) != (0, 0) {
            return Err(wrong(&format!("accused: {listed:?}")).into());
        }
        if held_days(program, register)? != days {
            return Err(wrong("its sums are not those of its tickets").into());
        }
        let checkpoint = Evidence::parse(&program.checkpoint(register)?)?;
        let Evidence::Checkpoint(stated) = &checkpoint else { return Err(wrong("no checkpoint").into()) };
        if stated.statement.size != listed.entries || stated.cosigners().next().is_none() {
            return Err(wrong("its checkpoint is not over all, or not countersigned").into());
        }
        entries += listed.entries;
        let journal = till.close().await?;
        let report = verify::verify_file(&journal, &[checkpoint], &mut |_, _| ());
        if report.verdict() != Verdict::Sound {
            return Err(wrong(&format!("not sound: {:?}", report.findings)).into());
        }
    }
    Ok(entries)
}

/// Holds a journal against the checkpoint that the back office keeps, by the auditor's program: whole it is sound, and
/// with its end cut off it is convicted.
fn convict(verifier: &Path, program: &Program, register: RegisterId, folder: &Path) -> Result<()> {
    let lines = program.journal(register)?;
    let checkpoint = folder.join("checkpoint.txt");
    std::fs::write(&checkpoint, program.checkpoint(register)?)?;
    let ends = |line: &(usize, &u8)| *line.1 == b'\n';
    let places: Vec<usize> = lines.iter().enumerate().filter(ends).map(|(place, _)| place + 1).collect();
    let cut = *places.iter().rev().nth(3).ok_or("a journal of three lines")?;
    for (name, lines, code) in [("whole", lines.as_slice(), 0), ("cut", &lines[..cut], 1)] {
        let journal = folder.join(format!("{name}.jsonl"));
        std::fs::write(&journal, lines)?;
        let mut command = Command::new(verifier);
        command.args(["--json", "--against"]).arg(&checkpoint).arg(&journal);
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        if output.status.code() != Some(code) || (code == 1) != said.contains("truncation") {
            return Err(format!("the verifier says of the {name} journal: {} {said}", output.status).into());
        }
    }
    println!("convicted: a journal whose end was cut off, by the checkpoint that the back office keeps");
    Ok(())
}

/// What the back office has summed up of a journal, read beside it.
fn held_days(program: &Program, register: RegisterId) -> Result<Days> {
    let database = match &program.database {
        Some(address) => Database::parse(address)?,
        None => Database::Sqlite(program.folder.join("backoffice.db")),
    };
    let store = Store::open(&database, STEPS)?;
    let days = store.read_now(move |tx: &mut dyn Tx| {
        let key: [Value; 1] = [register.to_string().into()];
        let sql = "SELECT day, tickets, ttc FROM day WHERE register = $1";
        tx.all(sql, &key, |row| Ok((row.integer(0)?, (row.integer(1)?, row.integer(2)?))))
    });
    Ok(days.map_err(|error: StoreError| error)?.into_iter().collect())
}
