//! One file.

use std::{io::Write, path::Path};

use medshare_types::{Descriptor, Kind};

use crate::{
    Form, Inspect, ReadError,
    context::Context,
    dicom::{self, Found},
    fhir::{self, Shape},
    form::Input,
    hl7, image, pdf, table,
    tally::Tally,
    text,
};

/// What reading a file told besides what was counted.
pub(crate) enum Content {
    Fhir(Shape),
    Dicom(Found),
    Other,
}

/// Reads a file as what it is.
pub(crate) fn read_form(
    form: Form,
    input: &mut dyn Input,
    size: u64,
    context: &mut Context<'_>,
) -> Result<Content, ReadError> {
    input.rewind().map_err(|error| context.io(error))?;
    match form {
        Form::Fhir => return fhir::read(input, context).map(Content::Fhir),
        Form::Dicom => return dicom::read(input, size, context).map(Content::Dicom),
        Form::Hl7 => hl7::read(input, context)?,
        Form::Pdf => pdf::read(input, size, context)?,
        Form::Png => image::png(input, size, context)?,
        Form::Jpeg => image::jpeg(input, size, context)?,
        Form::Tiff => image::tiff(input, size, context)?,
        Form::Table(dialect) => table::read(input, dialect, context)?,
        Form::Json | Form::Xml(_) | Form::Text => text::read(input, context)?,
        Form::Zip => context.remark("a zip in a zip is not looked into; unpack it first"),
        Form::Other(_) => {}
    }
    Ok(Content::Other)
}

/// Whether parts of a file of this form can be written again.
pub(crate) fn ensure_editable(form: Form, context: &Context<'_>) -> Result<(), ReadError> {
    match form {
        Form::Zip | Form::Other(_) => Err(context.kept(form.name())),
        _ => Ok(()),
    }
}

/// Reads a file of `size` bytes that is `form`, as `kind` if that is given.
pub(crate) fn read(
    (path, input, size): (&Path, &mut dyn Input, u64),
    (form, kind): (Form, Option<Kind>),
    inspect: &mut dyn Inspect,
    remarks: &mut Vec<String>,
    mut out: Option<&mut dyn Write>,
) -> Result<Descriptor, ReadError> {
    let as_form = match kind {
        None | Some(Kind::Document) => form,
        Some(Kind::Fhir) => Form::Fhir,
        Some(Kind::Dicom) => Form::Dicom,
    };
    let lenient = kind == Some(Kind::Document) && out.is_none();
    let mut tally = Tally::default();
    let out: Option<&mut dyn Write> = match &mut out {
        Some(out) => Some(&mut **out),
        None => None,
    };
    let mut context = Context { path, member: None, inspect: &mut *inspect, tally: &mut tally, remarks, out };
    if let Some(remark) = form.remark(&extension_of(path)) {
        context.remark(remark);
    }
    if context.out.is_some() {
        ensure_editable(as_form, &context)?;
    }
    let content = match read_form(as_form, input, size, &mut context) {
        Ok(content) => content,
        Err(error) if lenient && error.is_of_content() => {
            context.pass_over(&error)?;
            return Ok(Tally::default().finish(Kind::Document, as_form.media_type(), size));
        }
        Err(error) => return Err(error),
    };
    if lenient && as_form.kind() != Kind::Document {
        return Ok(Tally::default().finish(Kind::Document, as_form.media_type(), size));
    }
    let media_type = match content {
        Content::Fhir(shape) => {
            if shape != Shape::Single {
                fhir::expect_sections(&mut tally);
            }
            shape.media_type()
        }
        Content::Dicom(_) | Content::Other => as_form.media_type(),
    };
    Ok(tally.finish(as_form.kind(), media_type, size))
}

/// The ending of a file's name, in small letters, without the dot.
pub(crate) fn extension_of(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}
