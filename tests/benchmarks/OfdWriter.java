import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.ofdrw.layout.OFDDoc;
import org.ofdrw.layout.element.Paragraph;
import org.ofdrw.layout.element.TextAlign;

/** Writes each text of a folder as an OFD by ofdrw: a paragraph a line, set in by two characters, the first one larger and centred. */
public class OfdWriter {
    public static void main(String[] folders) throws Exception {
        try (DirectoryStream<Path> texts = Files.newDirectoryStream(Paths.get(folders[0]), "*.txt")) {
            for (Path text : texts) {
                String name = text.getFileName().toString().replace(".txt", ".ofd");
                try (OFDDoc document = new OFDDoc(Paths.get(folders[1], name))) {
                    double size = 6;
                    for (String line : Files.readAllLines(text)) {
                        Paragraph paragraph = new Paragraph(line, size);
                        if (size > 4) {
                            paragraph.setTextAlign(TextAlign.center);
                        } else {
                            paragraph.setFirstLineIndent(2);
                        }
                        document.add(paragraph);
                        size = 4;
                    }
                }
            }
        }
    }
}
