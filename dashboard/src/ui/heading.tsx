// Headings whose levels follow from what they stand in, so that a part can be on several pages.

import { createContext, useContext, type ReactNode } from 'react';

/** Of what stands directly on a page. */
const FIRST = 2;
/** The deepest that has a style. */
const DEEPEST = 4;

const Level = createContext(FIRST);

/** A heading of the level of its place. */
export const Heading = ({ children }: { children: ReactNode }): ReactNode => {
  const Tag = `h${useContext(Level)}` as 'h2' | 'h3' | 'h4';
  return <Tag>{children}</Tag>;
};

/** What is below a heading: headings in it are a level deeper. */
export const Below = ({ children }: { children: ReactNode }): ReactNode => {
  const level = useContext(Level);
  return <Level value={Math.min(level + 1, DEEPEST)}>{children}</Level>;
};
