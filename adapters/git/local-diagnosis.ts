import { access, constants, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FailureReason } from '../../core/domain/failure-reasons.ts';
import { commonDirOf, findGitDir, isPartial } from './local-repository.ts';

/** What the files of a local source say of why git could not read it; null: nothing. */
export const diagnoseLocal = async (path: string): Promise<FailureReason | null> => {
  try {
    const folder = (await stat(path)).isDirectory();
    await access(path, folder ? constants.R_OK | constants.X_OK : constants.R_OK);
    const gitDir = await findGitDir(path);
    if (gitDir === null) return null;
    const objects = join(await commonDirOf(gitDir), 'objects');
    await readdir(objects);
    return (await isPartial(objects)) ? 'partial_clone' : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? 'permission_denied' : null;
  }
};
