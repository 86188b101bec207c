import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Judges files by a flavour (`3a`, `ua1`): one line for each file, and one for each rule that it breaks. */
public class VP {
    public static void main(String[] names) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (int at = 0; at + 1 < names.length; at += 2) judge(names[at], names[at + 1]);
    }

    private static void judge(String flavourId, String name) throws Exception {
        PDFAFlavour flavour = PDFAFlavour.byFlavourId(flavourId);
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(name), flavour)) {
            ValidationResult result = Foundries.defaultInstance().createValidator(flavour, false).validate(parser);
            System.out.println(flavourId + "\t" + name + "\t" + (result.isCompliant() ? "pass" : "fail"));
            for (TestAssertion broken : result.getTestAssertions())
                if (broken.getStatus() == TestAssertion.Status.FAILED)
                    System.out.println("\t" + broken.getRuleId().getClause() + "\t" + broken.getMessage());
        }
    }
}
