import { chain, type Rule, type SchematicContext, type Tree } from '@angular-devkit/schematics';
import { findApplication, type Application } from './application.ts';
import { checkOptions, type NgAddOptions } from './options.ts';
import {
  addHttpClient,
  addResourceUrls,
  configLiteral,
  findResourceUrls,
  providesHttpClient,
} from './providers.ts';
import { addProxy } from './proxy.ts';

/** `ng add @countersign/angular`. A second run changes nothing. */
export function ngAdd(options: NgAddOptions): Rule {
  return async (tree) => {
    const checked = checkOptions(options);
    const application = await findApplication(tree, options.project);
    const rules: Rule[] = [];
    const provided = findResourceUrls(tree, application);
    if (provided === undefined) {
      if (!providesHttpClient(tree, application)) {
        rules.push(
          addHttpClient(application),
          say(`Added provideHttpClient(): sign requests go through it and its interceptors.`),
        );
      }
      rules.push(
        addResourceUrls(application, checked),
        say(`Added provideResourceUrls(${configLiteral(checked)}) to "${application.name}".`),
      );
    } else {
      rules.push(say(`${provided} has provideResourceUrls() already, which stays as it is.`));
    }
    if (checked.proxy !== undefined) rules.push(addProxy(application, checked.proxy, checked.api));
    if (provided === undefined) rules.push(sayWhatIsNext(application));
    return chain(rules);
  };
}

function say(text: string): Rule {
  return (_tree: Tree, { logger }: SchematicContext) => logger.info(text);
}

function sayWhatIsNext({ root, sourceRoot }: Application): Rule {
  return (tree, context) => {
    const hasAssets = tree.getDir(`${sourceRoot}/assets`).subfiles.length > 0;
    const served = hasAssets ? sourceRoot : `${root ? `${root}/` : ''}public`;
    const folder = `${served}/assets/deployed/images/users/`;
    const lines = [
      '',
      'In a component:   protected readonly urls = inject(ResourceUrlService); and imports: [AsyncPipe]',
      `In its template:  <img [src]="urls.getTeamMemberPhotoUrl('avatar-2.jpg') | async" alt="" />`,
      '',
      `In development this is the file avatar-2.jpg in ${folder}`,
      "In production it is a signed URL. To see those in ng serve too, add mode: 'production' to provideResourceUrls().",
      '',
    ];
    say(lines.join('\n'))(tree, context);
  };
}
