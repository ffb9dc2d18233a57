import type { ReactNode } from 'react';
import classes from './facts.module.css';

/** Names with their values, side by side; those that are null are left out. */
export const Facts = ({ facts }: { readonly facts: Readonly<Record<string, ReactNode>> }) => (
  <dl className={`panel ${classes.facts}`}>
    {Object.entries(facts)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => (
        <div key={name}>
          <dt className="quiet">{name}</dt>
          <dd className="numbers">{value}</dd>
        </div>
      ))}
  </dl>
);
