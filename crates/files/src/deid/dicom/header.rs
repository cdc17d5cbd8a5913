//! The file meta information.

use dicom_object::DefaultDicomObject;

use crate::deid::{
    Action, Identifier, Place,
    plan::{Mode, Notes, Sort},
};

/// Treats the file meta information as the rest (PS3.15 E.1.1).
pub(super) fn walk(object: &mut DefaultDicomObject, mode: Mode<'_>, notes: &mut Notes) {
    let titles = {
        let meta = object.meta();
        [
            ("(0002,0016) SourceApplicationEntityTitle", meta.source_application_entity_title()),
            ("(0002,0017) SendingApplicationEntityTitle", meta.sending_application_entity_title()),
            ("(0002,0018) ReceivingApplicationEntityTitle", meta.receiving_application_entity_title()),
            ("(0002,0100) PrivateInformationCreatorUID", meta.private_information_creator_uid()),
        ]
        .map(|(name, value)| (name, value.map(|value| value.trim_end_matches(['\0', ' ']).to_owned())))
    };
    for (name, value) in titles.into_iter().filter(|(_, value)| value.as_ref().is_some_and(|v| !v.is_empty()))
    {
        let place = Place::Dicom { path: name.to_owned() };
        match mode {
            Mode::Look => {
                notes.found(Sort::structured(Identifier::Device, "the name of a system"), place, || value)
            }
            Mode::Edit(_) => notes.changed(Action::Removed, Identifier::Device, place),
        }
    }
    let uid = object.meta().media_storage_sop_instance_uid().trim_end_matches(['\0', ' ']).to_owned();
    if let Mode::Edit(options) = mode {
        let uid = (!mode.is_pseudonym(&uid)).then(|| options.secret.pseudonym(&uid).uid());
        object.update_meta(|meta| {
            meta.source_application_entity_title = None;
            meta.sending_application_entity_title = None;
            meta.receiving_application_entity_title = None;
            meta.private_information_creator_uid = None;
            meta.private_information = None;
            // Who wrote this file, as PS3.10 has it.
            meta.implementation_class_uid = dicom_object::IMPLEMENTATION_CLASS_UID.to_owned();
            meta.implementation_version_name = Some(dicom_object::IMPLEMENTATION_VERSION_NAME.to_owned());
            if let Some(uid) = uid {
                meta.media_storage_sop_instance_uid = uid;
            }
        });
    }
}
