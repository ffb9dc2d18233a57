import { languageNamed, languages } from '../domain/languages.ts';

/** For people: what is wrong with a parameter `language`, by which no file is let through then. */
export const languageWarnings = (language: string | undefined): readonly string[] =>
  language === undefined || languageNamed(language) !== null
    ? []
    : [`no language is called ${language}, so no file is of it; languages are ${languages.join(', ')}`];
