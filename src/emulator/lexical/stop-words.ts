/** Words without information about the topic of a text. */
export const stopWords: ReadonlySet<string> = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between
  both but by can cannot could did do does doing done down during each either else etc ever every few for from
  further get gets give given gives go goes had has have having he her here hers him his how however i if in into
  is it its itself just let like many may me might more most much must my neither no nor not now of off on once
  only or other others ought our out over own per please same shall she should since so some such than that the
  their them then there these they this those though through thus to together too under until up upon us very via
  was we were what when where whether which while who whom whose why will with within without would yes yet you
  your s t re ve ll d m don isn doesn didn won`.split(/\s+/),
);

/** Words with little information: the most common of English prose, of papers, and of documentation. */
export const commonWords: ReadonlySet<string> = new Set(
  `able account add added addition additional allow allows almost along already although always among amount
  another answer anything appear applied apply approach appropriate around ask available back base based basic
  become becomes begin behavior best better beyond big bring build call called case cases cause certain change
  changes check class clear close code come comes common compare compared complete condition conditions consider
  considered contain contains correct correspond corresponding create created current data deal default define
  defined depend depends describe described desired detail details determine determined develop developed
  difference different difficult direct discuss discussed discussion document early easily easy effect effects
  end enough ensure entire equal especially established even exact example examples except exist exists expect
  expected experiment experimental explain extend extra fact far feature figure file files find first five follow
  followed following form found four full function general generally good great group hand help high higher
  idea important include included includes including indicate indicated information instead interest investigate
  investigated investigation involved issue item keep kind know known large larger last later latter lead least left
  less level limited line list little long look low lower made main make makes making manner mean means method
  methods name near nearly necessary need needed needs never new next nothing note number object obtain obtained
  occur often old one open option options order page paper papers part particular parts pass people perform
  performed place point points possible practical present presented previous problem problems procedure process
  produce project proper property propose proposed prove provide provided provides purpose put question quite
  range rather read reason recent reduce refer related relation relative remain report represent require required
  requires respect respectively result resulting results return returns right run said say second section see
  seem seen send separate set several show showed shown shows significant similar simple simply single small solution
  solve something special specific standard start state still string study studied subject sufficient suggest support
  sure system systems take taken takes tell term terms test tests text than thing things think third three time times
  top total toward treat treated true try turn two type types typical understand use used useful user users uses using
  usual usually valid value values various want way ways well whole wide work works world write written year years
  zero`.split(/\s+/),
);
