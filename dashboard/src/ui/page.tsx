// The frame of every page: its title, which the browser's tab has too, a lead, and what is in it.

import { useEffect, type ReactNode } from 'react';
import { useText } from '../i18n/context.js';
import { Below, Heading } from './heading.js';

export const Page = ({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}): ReactNode => {
  const { t } = useText();
  useEffect(() => {
    document.title = `${title} · ${t.shell.name}`;
  }, [title, t]);
  return (
    <div className="stack wide">
      <header className="stack tight">
        <div className="row between">
          <h1>{title}</h1>
          {actions}
        </div>
        {lead !== undefined && <p className="lead">{lead}</p>}
      </header>
      {children}
    </div>
  );
};

/** A part of a page, or of another part, with its heading. */
export const Section = ({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }): ReactNode => (
  <section className="stack">
    <div className="row between">
      <Heading>{title}</Heading>
      {actions}
    </div>
    <Below>{children}</Below>
  </section>
);
