// go run generate.go PROMPT FILE: submits, waits for the end, saves the picture. Nothing but the standard library.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

type problem struct {
	Code      int    `json:"code"`
	Message   string `json:"message"`
	RequestID string `json:"request_id"`
}

type task struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Output struct {
		ImageURLs []string `json:"image_urls"`
	} `json:"output"`
	Error *problem `json:"error"`
}

func call(request *http.Request) (task, error) {
	var result task
	request.Header.Set("Authorization", "Bearer "+os.Getenv("DARKROOM_API_KEY"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return result, err
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&result); err != nil {
		return result, err
	}
	if answer.StatusCode != http.StatusOK {
		return result, fmt.Errorf("%d %s (%s)", result.Error.Code, result.Error.Message, result.Error.RequestID)
	}
	return result, nil
}

func generate(url, prompt string) (task, error) {
	body, err := json.Marshal(map[string]any{
		"model": "gemini-2.5-flash-image-preview", "prompt": prompt, "size": "16:9"})
	if err != nil {
		return task{}, err
	}
	request, err := http.NewRequest("POST", url+"/api/v1/images/generations", bytes.NewReader(body))
	if err != nil {
		return task{}, err
	}
	// The name of this submit: sent again under it, it is the same task and is paid once.
	name := make([]byte, 16)
	if _, err := rand.Read(name); err != nil {
		return task{}, err
	}
	request.Header.Set("Idempotency-Key", hex.EncodeToString(name))
	result, err := call(request)
	for err == nil && result.Status == "processing" {
		request, err = http.NewRequest("GET", url+"/api/v1/tasks/"+result.ID+"?wait=30", nil)
		if err == nil {
			result, err = call(request)
		}
	}
	if err == nil && result.Status == "failed" {
		err = fmt.Errorf("%d %s", result.Error.Code, result.Error.Message)
	}
	return result, err
}

func save(link, name string) error {
	answer, err := http.Get(link)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", link, answer.Status)
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(file, answer.Body); err != nil {
		return err
	}
	return file.Close()
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: generate PROMPT FILE")
	}
	ended, err := generate(os.Getenv("DARKROOM_URL"), os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := save(ended.Output.ImageURLs[0], os.Args[2]); err != nil {
		log.Fatal(err)
	}
	fmt.Println(os.Args[2])
}
