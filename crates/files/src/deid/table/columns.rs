//! Columns by their names.

use crate::deid::Identifier;

/// What is done with the cells of a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fix {
    Empty,
    Pseudonym,
    Date,
    Birth,
    Zip,
    Age,
    /// Free text.
    Text,
    /// Whatever the cells look like.
    Scan,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Column {
    pub identifier: Identifier,
    pub what: &'static str,
    pub fix: Fix,
    /// Whether it says whose the row is.
    pub patient: bool,
}

/// Names of columns: in lower case, without what is not a letter or digit. An asterisk stands for any beginning.
const NAMES: &[(&[&str], Identifier, &str, Fix)] = &[
    (
        &[
            "patient",
            "patientid",
            "patientno",
            "patientnumber",
            "subject",
            "subjectid",
            "participantid",
            "personid",
            "pid",
            "mrn",
            "medicalrecordnumber",
            "medrecno",
        ],
        Identifier::MedicalRecord,
        "whose row it is",
        Fix::Pseudonym,
    ),
    (
        &[
            "name",
            "fullname",
            "patientname",
            "first",
            "firstname",
            "givenname",
            "given",
            "forename",
            "last",
            "lastname",
            "surname",
            "familyname",
            "family",
            "middle",
            "middlename",
            "maiden",
            "maidenname",
            "mothersmaidenname",
            "initials",
            "nickname",
            "*physician",
            "*physicianname",
            "doctor",
            "doctorname",
            "providername",
            "*contactname",
            "nextofkin",
            "vorname",
            "nachname",
        ],
        Identifier::Names,
        "names",
        Fix::Empty,
    ),
    (
        &[
            "address",
            "address1",
            "address2",
            "street",
            "streetaddress",
            "addressline1",
            "addressline2",
            "city",
            "town",
            "county",
            "district",
            "parish",
            "birthplace",
            "placeofbirth",
            "fips",
            "lat",
            "latitude",
            "lon",
            "lng",
            "longitude",
            "neighborhood",
            "censustract",
            "hospital",
            "hospitalname",
            "facility",
            "facilityname",
            "ward",
            "room",
            "bed",
        ],
        Identifier::Geography,
        "places smaller than a state",
        Fix::Empty,
    ),
    (
        &["zip", "zipcode", "zip5", "postalcode", "postcode", "plz"],
        Identifier::Geography,
        "postal codes",
        Fix::Zip,
    ),
    (
        &["birthdate", "dateofbirth", "dob", "birthday", "patientbirthdate", "geburtsdatum"],
        Identifier::Dates,
        "dates of birth",
        Fix::Birth,
    ),
    (
        &["age", "ageyears", "ageinyears", "patientage", "ageatvisit", "ageatdiagnosis", "ageatadmission"],
        Identifier::Dates,
        "ages over 89",
        Fix::Age,
    ),
    (
        &[
            "*phone",
            "*phonenumber",
            "*telephone",
            "telefon",
            "mobile",
            "mobilenumber",
            "cell",
            "cellphone",
            "pager",
        ],
        Identifier::Telephone,
        "telephone numbers",
        Fix::Empty,
    ),
    (&["fax", "faxnumber"], Identifier::Fax, "fax numbers", Fix::Empty),
    (&["*email", "*emailaddress", "mail"], Identifier::Email, "e-mail addresses", Fix::Empty),
    (
        &["ssn", "socialsecuritynumber", "socialsecurity", "nationalid", "nin", "taxid"],
        Identifier::SocialSecurity,
        "social security numbers",
        Fix::Empty,
    ),
    (
        &[
            "memberid",
            "policynumber",
            "policyid",
            "insuranceid",
            "insurancenumber",
            "subscriberid",
            "beneficiaryid",
            "nhsnumber",
            "medicareid",
            "medicaidid",
            "healthplanid",
        ],
        Identifier::HealthPlan,
        "health plan numbers",
        Fix::Empty,
    ),
    (
        &[
            "account",
            "accountnumber",
            "accountid",
            "accessionnumber",
            "accession",
            "encounter",
            "encounterid",
            "visitid",
            "visitnumber",
            "hospitalizationid",
            "episodeid",
            "orderid",
            "ordernumber",
            "claimid",
            "billingid",
        ],
        Identifier::Account,
        "numbers of accounts, visits and orders",
        Fix::Pseudonym,
    ),
    (
        &[
            "drivers",
            "driverslicense",
            "driverslicence",
            "licensenumber",
            "licencenumber",
            "passport",
            "passportnumber",
            "npi",
            "dea",
        ],
        Identifier::Licence,
        "licence and passport numbers",
        Fix::Empty,
    ),
    (
        &["licenseplate", "licenceplate", "numberplate", "vin", "vehicleid"],
        Identifier::Vehicle,
        "vehicle identifiers",
        Fix::Empty,
    ),
    (
        &["serialnumber", "deviceid", "deviceserialnumber", "deviceserial", "udi", "implantserialnumber"],
        Identifier::Device,
        "device identifiers",
        Fix::Empty,
    ),
    (&["url", "website", "homepage", "link"], Identifier::Url, "web addresses", Fix::Empty),
    (&["ip", "ipaddress", "ipaddr"], Identifier::IpAddress, "IP addresses", Fix::Empty),
    (
        &["fingerprint", "biometric", "voiceprint", "irisscan", "retinascan"],
        Identifier::Biometric,
        "biometric identifiers",
        Fix::Empty,
    ),
    (
        &["photo", "photograph", "picture", "portrait", "faceimage"],
        Identifier::Photograph,
        "photographs",
        Fix::Empty,
    ),
    (
        &[
            "id",
            "rowid",
            "recordid",
            "uuid",
            "guid",
            "providerid",
            "provider",
            "organization",
            "payer",
            "userid",
            "username",
        ],
        Identifier::Other,
        "identifiers",
        Fix::Pseudonym,
    ),
    (
        &[
            "note",
            "notes",
            "comment",
            "comments",
            "remark",
            "remarks",
            "narrative",
            "freetext",
            "reporttext",
            "text",
            "history",
            "anamnesis",
        ],
        Identifier::Other,
        "free text",
        Fix::Text,
    ),
];

pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

pub(super) fn column(name: &str) -> Column {
    let plain = plain(name);
    let is = |known: &&str| match known.strip_prefix('*') {
        Some(end) => plain.ends_with(end),
        None => plain == *known,
    };
    for (number, (names, identifier, what, fix)) in NAMES.iter().enumerate() {
        if names.iter().any(is) {
            return Column { identifier: *identifier, what, fix: *fix, patient: number == 0 };
        }
    }
    let dated = ["date", "datetime", "timestamp"].iter().any(|end| plain.ends_with(end))
        || ["date", "start", "stop", "admitted", "discharged", "deathdate", "dod", "time"]
            .contains(&plain.as_str());
    match dated {
        true => Column { identifier: Identifier::Dates, what: "dates", fix: Fix::Date, patient: false },
        false => Column { identifier: Identifier::Other, what: "", fix: Fix::Scan, patient: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_columns_by_their_names() {
        for (name, identifier) in [
            ("Patient", Identifier::MedicalRecord),
            ("First Name", Identifier::Names),
            ("Attending_Physician", Identifier::Names),
            ("ZIP", Identifier::Geography),
            ("Date of Birth", Identifier::Dates),
            ("admission_date", Identifier::Dates),
            ("Home-Phone", Identifier::Telephone),
            ("SSN", Identifier::SocialSecurity),
            ("DRIVERS", Identifier::Licence),
            ("IP address", Identifier::IpAddress),
        ] {
            assert_eq!(column(name).identifier, identifier, "{name}");
        }
        for name in ["systolic", "HbA1c", "diagnosis", "code", "update"] {
            assert_eq!(column(name).fix, if name == "update" { Fix::Date } else { Fix::Scan }, "{name}");
        }
    }
}
