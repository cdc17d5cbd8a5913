import type { Words } from '../words.js';
import { auditor } from './auditor.js';
import { buyer } from './buyer.js';
import { chain } from './chain.js';
import { consent } from './consent.js';
import { council } from './council.js';
import { domain } from './domain.js';
import { explorer } from './explorer.js';
import { keys } from './keys.js';
import { provider } from './provider.js';
import { readers } from './readers.js';
import { shell } from './shell.js';
import { viewers } from './viewers.js';

export const en = { shell, chain, domain, consent, explorer, council, auditor, keys, provider, buyer, viewers, readers } as const;

export type Catalogue = Words<typeof en>;
