// What polkadot.js shows of the pallets: names, types, documentation.

// Those of this project have indices from 10 to 29; the others are the SDK's.
const isOurs = ({ index }) => index.toNumber() >= 10 && index.toNumber() <= 29;

export const ourPallets = (api) => api.runtimeMetadata.asLatest.pallets.filter(isOurs);

const variants = (api, section) =>
  section.isNone ? [] : api.registry.lookup.getSiType(section.unwrap().type).def.asVariant.variants.toArray();

export const calls = (api, pallet) => variants(api, pallet.calls);
export const events = (api, pallet) => variants(api, pallet.events);
export const errors = (api, pallet) => variants(api, pallet.errors);

export const text = (docs) => docs.map((line) => line.toString().trim()).join(' ').trim();

const isByte = (api, id) => {
  const { def } = api.registry.lookup.getSiType(id);
  return def.isPrimitive && def.asPrimitive.isU8;
};

// Walks everything that somebody fills in, or reads, for a list of fields, and tells what has no name or no type.
export const unreadable = (api, fields, place, seen = new Set()) => {
  const found = [];
  const walk = (id, at) => {
    const number = id.toNumber();
    if (seen.has(number)) return;
    seen.add(number);
    const { def } = api.registry.lookup.getSiType(id);
    if (def.isComposite) walkFields(def.asComposite.fields, at);
    else if (def.isVariant) def.asVariant.variants.forEach((v) => walkFields(v.fields, `${at}.${v.name}`));
    else if (def.isTuple) def.asTuple.forEach((member, i) => walk(member, `${at}.${i}`));
    else if (def.isArray) walk(def.asArray.type, at);
    else if (def.isCompact) walk(def.asCompact.type, at);
    else if (def.isSequence && isByte(api, def.asSequence.type)) found.push(`${at} is bytes without a meaning`);
    else if (def.isSequence) walk(def.asSequence.type, at);
  };
  // A single field without a name is the type itself under another name.
  const walkFields = (members, at) =>
    members.forEach(({ name, type }) => {
      if (name.isNone && members.length > 1) found.push(`${at} has a field without a name`);
      walk(type, name.isSome ? `${at}.${name.unwrap()}` : at);
    });
  fields.forEach(({ name, type }) => {
    if (name.isNone) found.push(`${place} has a field without a name`);
    else walk(type, `${place}.${name.unwrap()}`);
  });
  return found;
};
