//! Enrolling a register: by a one-time code, and the proof that it has the key of its genesis.

use comptoir_fiscal::entry::{Body, Mode};
use comptoir_fiscal::key::{PublicKey, decode_signature};
use comptoir_fiscal::sealed;
use comptoir_fiscal::values::RegisterId;
use comptoir_fiscal::verify::{Intake, Taken};
use comptoir_sync::enrol::proof_text;
use comptoir_sync::link::Code;
use comptoir_sync::message::{Enrol, Enrolled, Refused, Succeed};

use crate::journals::{self, Registered, Whose};
use crate::merchants::{self, Place};
use crate::shared::told;
use crate::store::{StoreError, Tx, Value};
use crate::witness::WitnessKey;

/// A register that asks, as far as it can be checked without the database.
pub(crate) struct Asking {
    /// None where another journal of the device vouches for it.
    code: Option<Code>,
    protocol: u32,
    register: RegisterId,
    key: PublicKey,
    label: String,
    siren: String,
    genesis: Vec<u8>,
    /// The journal whose place it takes.
    succeeds: Option<RegisterId>,
}

impl Asking {
    /// Checks that whoever asks has the key that the genesis names.
    pub(crate) fn read(enrol: &Enrol, witness: &WitnessKey) -> Result<Asking, Refused> {
        let code = Code::read(&enrol.code).ok_or(Refused::Code)?;
        let asking = Asking::of(&enrol.genesis, (&enrol.code, &enrol.proof), enrol.protocol, witness)?;
        Ok(Asking { code: Some(code), ..asking })
    }

    /// Checks that a journal takes the place of another on its device, whose key signed the request.
    pub(crate) fn successor(succeed: &Succeed, old: &Registered, witness: &WitnessKey) -> Result<Asking, Refused> {
        let name = old.whose.register.to_string();
        let asking = Asking::of(&succeed.genesis, (&name, &succeed.proof), succeed.protocol, witness)?;
        if asking.succeeds != Some(old.whose.register) {
            return Err(Refused::Malformed { why: "it names another journal before it".to_owned() });
        }
        Ok(asking)
    }

    fn of(line: &str, (given, proof): (&str, &str), protocol: u32, witness: &WitnessKey) -> Result<Asking, Refused> {
        let malformed = |why: &str| Refused::Malformed { why: why.to_owned() };
        let sealed = sealed::read(line.as_bytes()).map_err(|_| malformed("its first line cannot be read"))?;
        let Body::Genesis(genesis) = &sealed.entry.body else { return Err(malformed("its first line is no genesis")) };
        if genesis.mode == Mode::Training {
            return Err(malformed("a journal of school mode stays on its till"));
        }
        let key = PublicKey::from_base64(&genesis.public_key).map_err(|_| malformed("its key cannot be used"))?;
        let text = proof_text(given, line, &witness.public().public_key.to_base64());
        let proof = decode_signature(proof).ok_or(Refused::NotSigned)?;
        if !key.verifies_enrolment(&text, &proof) {
            return Err(Refused::NotSigned);
        }
        let succeeds = genesis.succeeds.as_ref().map(|succeeds| succeeds.register);
        Ok(Asking {
            code: None,
            protocol,
            register: sealed.entry.register,
            key,
            label: genesis.label.clone(),
            siren: genesis.merchant.siret.chars().take(9).collect(),
            genesis: line.as_bytes().to_vec(),
            succeeds,
        })
    }

    /// Enrols it, or says why not; a refusal changes nothing but the code's tries.
    pub(crate) fn enrol(
        &self,
        tx: &mut dyn Tx,
        witness: &WitnessKey,
        now: i64,
    ) -> Result<Result<Enrolled, Refused>, StoreError> {
        if let Some(known) = Registered::find(tx, self.register)? {
            return self.enrol_again(tx, &known, witness);
        }
        let Ok((intake, genesis)) = Intake::begin(&self.genesis, self.register, self.key) else {
            return Ok(Err(Refused::Malformed { why: "its genesis is not sealed as one".to_owned() }));
        };
        let Some(code) = &self.code else { return Ok(Err(Refused::Code)) };
        let Some(place) = merchants::use_code(tx, code, now)? else { return Ok(Err(Refused::Code)) };
        // From here on what is refused has used the code: a new one is asked for with what is to be mended.
        if let Some(refused) = self.refuse(tx, &place)? {
            return Ok(Err(refused));
        }
        self.write(tx, &place, &intake, &genesis, witness, now)?;
        if let Some(old) = place.replaces {
            Registered::revoke(tx, old, now)?;
        }
        Ok(Ok(enrolled(&place.merchant_name, &place.store_name, witness)))
    }

    /// A till that was enrolled by this code and did not hear it.
    fn enrol_again(
        &self,
        tx: &mut dyn Tx,
        known: &Registered,
        witness: &WitnessKey,
    ) -> Result<Result<Enrolled, Refused>, StoreError> {
        let whose = &known.whose;
        let was_used = match &self.code {
            Some(code) => merchants::was_used_for(tx, code, &whose.merchant)?,
            None => true,
        };
        if known.public_key != self.key || !was_used {
            return Ok(Err(Refused::Code));
        }
        self.tell(tx, whose, witness)
    }

    /// Enrols it in the place of another journal of its device, which is revoked: nothing more is sealed in it.
    pub(crate) fn succeed(
        &self,
        tx: &mut dyn Tx,
        old: &Registered,
        witness: &WitnessKey,
        now: i64,
    ) -> Result<Result<Enrolled, Refused>, StoreError> {
        if let Some(known) = Registered::find(tx, self.register)? {
            if known.whose.merchant != old.whose.merchant {
                return Ok(Err(Refused::OtherMerchant));
            }
            return self.enrol_again(tx, &known, witness);
        }
        if old.revoked.is_some() {
            return Ok(Err(Refused::Revoked));
        }
        let Ok((intake, genesis)) = Intake::begin(&self.genesis, self.register, self.key) else {
            return Ok(Err(Refused::Malformed { why: "its genesis is not sealed as one".to_owned() }));
        };
        let place = Place {
            merchant: old.whose.merchant.clone(),
            merchant_name: String::new(),
            store: old.whose.store.clone(),
            store_name: String::new(),
            replaces: None,
        };
        if let Some(refused) = self.refuse(tx, &place)? {
            return Ok(Err(refused));
        }
        self.write(tx, &place, &intake, &genesis, witness, now)?;
        Registered::revoke(tx, old.whose.register, now)?;
        let whose = Whose { register: self.register, ..old.whose.clone() };
        self.tell(tx, &whose, witness)
    }

    /// What it is told, with the names of its merchant and store.
    fn tell(
        &self,
        tx: &mut dyn Tx,
        whose: &Whose,
        witness: &WitnessKey,
    ) -> Result<Result<Enrolled, Refused>, StoreError> {
        let sql = "SELECT m.name, s.name FROM merchant m JOIN store s ON s.merchant = m.merchant
            WHERE m.merchant = $1 AND s.store = $2";
        let values = [whose.merchant.as_str().into(), whose.store.as_str().into()];
        let names = tx.one(sql, &values, |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())))?;
        let gone = || StoreError::unreadable("the store of a register");
        let (merchant, store) = names.ok_or_else(gone)?;
        Ok(Ok(enrolled(&merchant, &store, witness)))
    }

    fn refuse(&self, tx: &mut dyn Tx, place: &Place) -> Result<Option<Refused>, StoreError> {
        if place.replaces.is_some() && place.replaces != self.succeeds {
            return Ok(Some(Refused::Malformed { why: "it does not take the place that the code gives".to_owned() }));
        }
        let sql = "SELECT siren FROM merchant WHERE merchant = $1";
        let siren =
            tx.one(sql, &[place.merchant.as_str().into()], |row| Ok(row.optional_text(0)?.map(str::to_owned)))?;
        if siren.flatten().is_some_and(|siren| siren != self.siren) {
            return Ok(Some(Refused::OtherMerchant));
        }
        let sql = "SELECT register FROM register WHERE merchant = $1 AND store = $2 AND label = $3";
        let label = [place.merchant.as_str().into(), place.store.as_str().into(), self.label.as_str().into()];
        let taken = !tx.all(sql, &label, |row| Ok(row.text(0)?.to_owned()))?.is_empty();
        Ok(taken.then(|| Refused::LabelTaken { label: self.label.clone() }))
    }

    fn write(
        &self,
        tx: &mut dyn Tx,
        place: &Place,
        intake: &Intake,
        genesis: &Taken,
        witness: &WitnessKey,
        now: i64,
    ) -> Result<(), StoreError> {
        let (merchant, store) = (place.merchant.as_str(), place.store.as_str());
        let whose = Whose { merchant: merchant.to_owned(), store: store.to_owned(), register: self.register };
        let name = self.register.to_string();
        let sql = "UPDATE merchant SET siren = $2 WHERE merchant = $1 AND siren IS NULL";
        tx.execute(sql, &[merchant.into(), self.siren.as_str().into()])?;
        let sql = "INSERT INTO register_of (register, merchant) VALUES ($1, $2)";
        tx.execute(sql, &[name.as_str().into(), merchant.into()])?;
        let (state, checkpoint) = journals::begin(tx, &whose, intake, genesis, witness, now)?;
        let sql =
            "INSERT INTO register (merchant, register, store, label, public_key, enrolled, revoked, heard, protocol,
            refused, size, state, checkpoint) VALUES ($1, $2, $3, $4, $5, $6, NULL, $6, $7, 0, 1, $8, $9)";
        let values: [Value; 9] = [
            merchant.into(),
            name.into(),
            store.into(),
            self.label.as_str().into(),
            self.key.as_bytes().into(),
            now.into(),
            self.protocol.into(),
            state.into(),
            checkpoint.into(),
        ];
        tx.execute(sql, &values)?;
        told::tell_of_tills(tx, merchant, now)
    }
}

fn enrolled(merchant: &str, store: &str, witness: &WitnessKey) -> Enrolled {
    let witness = witness.public();
    Enrolled {
        merchant: merchant.to_owned(),
        store: store.to_owned(),
        witness: witness.name,
        witness_key: witness.public_key.to_base64(),
    }
}
